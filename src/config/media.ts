import { parseAllowedHost } from '../settings/addresses/allowed-hosts.ts';
import { list } from '../settings/parsers.ts';
import { Complaint, given } from '../settings/variable.ts';

const hosts = (value: string) => {
  const parsed = list(value).map(parseAllowedHost);
  return parsed.every((host) => host !== null)
    ? parsed
    : new Complaint(
        'must be a comma-separated list of hosts such as name, name:8080, 10.0.0.1 or [::1]:8080',
      );
};

/** Videos and images. */
export const mediaVariables = {
  FETCH_ALLOW_HOSTS: given(
    '',
    'hosts (NAME, NAME:PORT or [IPV6]:PORT) that may be private addresses in outgoing fetches',
    hosts,
  ),
};
