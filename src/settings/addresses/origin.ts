/** Schemes whose pages have no origin, or that no page has. */
const withoutOrigin = /^(?:file|data|blob|javascript|about|wss?|ftp):$/;

/**
 * An origin as browsers send it: scheme, host, and the port where it is not the scheme's own. Any scheme that
 * names a host has one (`tauri://localhost`, `chrome-extension://ID`), although URL itself calls it `null`.
 *
 * @returns null when the text is no origin, or has more than an origin (a path, a wildcard, a user)
 */
export function originOf(text: string): string | null {
  const url = URL.parse(text);
  if (url === null || url.host === '' || withoutOrigin.test(url.protocol)) return null;
  const { protocol, host, pathname } = url;
  const isBare = (pathname === '' || pathname === '/') && !/[?#@*]/.test(text);
  return isBare ? `${protocol}//${host}`.toLowerCase() : null;
}
