/** Whether a host name of an address is this machine: `localhost`, 127.0.0.1 or [::1]. */
export const isLoopbackName = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]';
