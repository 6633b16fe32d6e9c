import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { Agent, buildConnector } from 'undici';
import type { AllowedHosts } from '../../settings/addresses/allowed-hosts.ts';

/** An address from outside points to where only we may go. The message names the host, never the whole URL. */
export class RefusedAddressError extends Error {
  override readonly name = 'RefusedAddressError';
  readonly code = 'ERR_REFUSED_ADDRESS';

  constructor(host: string) {
    super(`${host} is a private address: it is not fetched (FETCH_ALLOW_HOSTS exempts a host)`);
  }
}

/**
 * Ranges that are not the public internet (IANA special-purpose registries, 2026), and public ones that lead to the
 * inside of a cloud from there.
 */
const privateRanges: readonly [string, number, 'ipv4' | 'ipv6'][] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.0.2.0', 24, 'ipv4'],
  ['192.88.99.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['198.51.100.0', 24, 'ipv4'],
  ['203.0.113.0', 24, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
  // Azure: the host agent of each virtual machine, with its secrets (Microsoft docs, 2026).
  ['168.63.129.16', 32, 'ipv4'],
  // IBM Cloud: service endpoints that only machines inside reach (IBM docs, 2026).
  ['161.26.0.0', 16, 'ipv4'],
  ['166.8.0.0', 14, 'ipv4'],
  // Oracle Cloud's own services beside 169.254.169.254 are in 192.0.0.0/24, Alibaba's 100.100.100.200 in 100.64.0.0/10.
  // Only 2000::/3 is given out. What is outside holds the forms that carry an IPv4 address too (::a.b.c.d,
  // ::ffff:a.b.c.d, ::ffff:0:a.b.c.d, NAT64), of which private ones must not pass and public ones have no use.
  ['::', 3, 'ipv6'],
  ['4000::', 2, 'ipv6'],
  ['8000::', 1, 'ipv6'],
  // Inside: protocol assignments with Teredo, documentation, 6to4.
  ['2001::', 23, 'ipv6'],
  ['2001:db8::', 32, 'ipv6'],
  ['2002::', 16, 'ipv6'],
  ['3fff::', 20, 'ipv6'],
];

/** One list a family: in one, an IPv4 address would be held against the IPv6 ranges as `::ffff:a.b.c.d`. */
const blockLists = { ipv4: new BlockList(), ipv6: new BlockList() };
for (const [address, prefix, family] of privateRanges) blockLists[family].addSubnet(address, prefix, family);

/** True if an IP address is anything but public. */
export function isPrivateAddress(address: string): boolean {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  return blockLists[family].check(address, family);
}

/**
 * Connections for addresses that came from outside: private ones are refused, for literals and for what names
 * resolve to, at the moment of connecting, so that a name cannot change its mind between check and use.
 *
 * @param allowHosts exempt from that
 */
export function createGuardedAgent(allowHosts: AllowedHosts, timeoutMs: number): Agent {
  const options = { timeout: timeoutMs, allowH2: false } as const;
  const open = buildConnector(options);
  const guarded = buildConnector({ ...options, lookup: publicLookup });
  return new Agent({
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    connect: (target, callback) => {
      const host = target.hostname.replace(/^\[|\]$/g, '').toLowerCase();
      const port = Number(target.port || (target.protocol === 'https:' ? 443 : 80));
      if (allowHosts.has(host, port)) {
        open(target, callback);
      } else if (isIP(host) !== 0 && isPrivateAddress(host)) {
        callback(new RefusedAddressError(host), null);
      } else {
        guarded(target, callback);
      }
    },
  });
}

const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) {
      callback(error, []);
      return;
    }
    // One private answer among public ones is how rebinding looks.
    const refused = addresses.length === 0 || addresses.some(({ address }) => isPrivateAddress(address));
    if (refused) callback(new RefusedAddressError(hostname), []);
    else if (options.all) callback(null, addresses);
    else callback(null, addresses[0]?.address ?? '', addresses[0]?.family);
  });
};
