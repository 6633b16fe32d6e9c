import { hostnameOf } from '../settings/addresses/loopback.ts';
import { originOf } from '../settings/addresses/origin.ts';
import { flag, httpUrl, list, whole } from '../settings/parsers.ts';
import { Complaint, given, optional } from '../settings/variable.ts';

const host = (value: string) =>
  hostnameOf(value) === null
    ? new Complaint('must be an address or a host name, without a scheme or a port')
    : value.replace(/^\[(.*)\]$/, '$1').toLowerCase();

/** Wildcards, paths and `null` match no page's origin, so they are refused instead of kept. */
const origins = (value: string) => {
  const parsed = list(value).map(originOf);
  return parsed.every((origin) => origin !== null)
    ? [...new Set(parsed)]
    : new Complaint(
        'must be a comma-separated list of whole origins, SCHEME://HOST or SCHEME://HOST:PORT, such as https://studio.example or tauri://localhost, without a path or *',
      );
};

/** Where the server listens, and who may call it. */
export const httpVariables = {
  HOST: given(
    '127.0.0.1',
    'address to listen on; any other than a loopback address needs API_KEYS or a JWT setting',
    host,
  ),
  PORT: given('8000', 'port to listen on; 0 takes a free one', whole(0, 65_535)),
  PUBLIC_URL: optional(
    'base URL under which the server is reachable from outside, with or without a path; without API_KEYS or a JWT setting only callbacks, media and health checks are open through it',
    httpUrl,
  ),
  CORS_ORIGINS: optional(
    'comma-separated list of origins, of any scheme, whose pages may call the API; unset: any loopback origin on a loopback HOST',
    origins,
  ),
  TRUST_PROXY: given(
    'false',
    'true takes the client address and scheme from Forwarded and X-Forwarded-*; the proxy in front must set them itself',
    flag,
  ),
  INTROSPECTION: given('true', 'false turns introspection and GraphiQL off', flag),
};
