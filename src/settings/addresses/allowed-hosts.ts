import { isIP } from 'node:net';

/** A host that may be a private address; `port` null: whatever the port. */
export interface AllowedHost {
  /** As URLs have it, so without brackets, lower case and without a dot at its end. */
  readonly name: string;
  readonly port: number | null;
}

/**
 * Reads `NAME`, `NAME:PORT`, `ADDRESS`, `ADDRESS:PORT`, `[IPV6]`, `[IPV6]:PORT` or a bare IPv6 address.
 *
 * @returns null for anything else
 */
export function parseAllowedHost(text: string): AllowedHost | null {
  const [, host = '', portText] =
    isIP(text) === 6 ? ['', `[${text}]`] : (/^(\[[^[\]]+\]|[^:[\]]+)(?::(\d{1,5}))?$/.exec(text) ?? []);
  if (host === '' || /[\s/@?#\\%*]/.test(host)) return null;
  const port = portText === undefined ? null : Number(portText);
  if (port !== null && (port < 1 || port > 65_535)) return null;
  const url = URL.parse(`http://${host}/`);
  return url === null || url.hostname === '' ? null : { name: bare(url.hostname), port };
}

/** The hosts that are exempt from the address guard. */
export class AllowedHosts {
  readonly #hosts: readonly AllowedHost[];

  constructor(hosts: readonly AllowedHost[]) {
    this.#hosts = hosts;
  }

  /** True if one of them is meant. `hostname` as URLs have it; an IPv6 address with or without brackets. */
  has(hostname: string, port: number): boolean {
    const name = bare(hostname);
    return this.#hosts.some((host) => host.name === name && (host.port === null || host.port === port));
  }
}

const bare = (hostname: string): string =>
  hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();
