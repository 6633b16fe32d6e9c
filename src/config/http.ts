import { hostnameOf } from '../settings/addresses/loopback.ts';
import { originOf } from '../settings/addresses/origin.ts';
import { flag, httpUrl, integer, list } from '../settings/parsers.ts';
import { Invalid, optionalSetting, setting, type Values } from '../settings/setting.ts';

const host = (value: string) =>
  hostnameOf(value) === null
    ? new Invalid('must be an address or a host name, without a scheme or a port')
    : value.replace(/^\[(.*)\]$/, '$1').toLowerCase();

/** Wildcards, paths and `null` match the origin of no page, so they are refused. */
const origins = (value: string) => {
  const parsed = list(value).map(originOf);
  return parsed.every((origin) => origin !== null)
    ? [...new Set(parsed)]
    : new Invalid(
        'must be a comma-separated list of whole origins, SCHEME://HOST or SCHEME://HOST:PORT, such as https://studio.example or tauri://localhost, without a path or *',
      );
};

/** The server's address, and the pages that may call it. */
export const httpSettings = {
  host: setting(
    'HOST',
    '127.0.0.1',
    'address to listen on; any other than a loopback address requires API_KEYS or a JWT setting',
    host,
  ),
  port: setting('PORT', '8000', 'port to listen on; 0 takes a free one', integer(0, 65_535)),
  publicUrl: optionalSetting(
    'PUBLIC_URL',
    'base URL under which the server is reachable from outside, with or without a path; without API_KEYS or a JWT setting only callbacks, media and health checks are open through it',
    httpUrl,
  ),
  corsOrigins: optionalSetting(
    'CORS_ORIGINS',
    'comma-separated list of origins, of any scheme, whose pages may call the API; unset: any loopback origin on a loopback HOST',
    origins,
  ),
  trustProxy: setting(
    'TRUST_PROXY',
    'false',
    'true takes the client address and scheme from Forwarded and X-Forwarded-*; the proxy in front must set them itself',
    flag,
  ),
  introspection: setting('INTROSPECTION', 'true', 'false turns introspection and GraphiQL off', flag),
};

/** The values of these settings. */
export type HttpConfig = Values<typeof httpSettings>;
