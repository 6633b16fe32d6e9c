/** The path below which the server is reached, without a slash at its end; '' at the root of a host. */
export const basePath = (): string => document.documentElement.dataset['base'] ?? '';

/** True if a URL is one of this server's own media links, wherever its host is. */
export const isMediaLink = (url: string): boolean => new URL(url).pathname.startsWith(`${basePath()}/media/`);
