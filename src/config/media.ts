import { parseAllowedHost } from '../settings/addresses/allowed-hosts.ts';
import { list } from '../settings/parsers.ts';
import { Invalid, setting, type Values } from '../settings/setting.ts';

const hosts = (value: string) => {
  const parsed = list(value).map(parseAllowedHost);
  return parsed.every((host) => host !== null)
    ? parsed
    : new Invalid('must be a comma-separated list of hosts such as name, name:8080, 10.0.0.1 or [::1]:8080');
};

/** Videos and images. */
export const mediaSettings = {
  fetchAllowHosts: setting(
    'FETCH_ALLOW_HOSTS',
    '',
    'hosts (NAME, NAME:PORT or [IPV6]:PORT) that may be private addresses in outgoing fetches',
    hosts,
  ),
};

/** The values of these settings. */
export type MediaConfig = Values<typeof mediaSettings>;
