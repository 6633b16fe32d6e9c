import { flag, httpUrl, list, whole } from './parsers.ts';
import { Complaint, given, optional } from './variable.ts';

const origins = (value: string) => {
  const parsed = list(value).map((item) => URL.parse(item)?.origin);
  return parsed.every((origin) => origin !== undefined && origin !== 'null')
    ? parsed.filter((origin) => origin !== undefined)
    : new Complaint('wants a comma list of origins such as https://studio.example');
};

/** Where the server listens, and who may call it. */
export const httpVariables = {
  HOST: given(
    '127.0.0.1',
    'address to listen on; another than loopback needs API_KEYS or a JWT setting',
    (value) => value.replace(/^\[(.*)\]$/, '$1'),
  ),
  PORT: given('8000', 'port to listen on; 0 takes a free one', whole(0, 65_535)),
  PUBLIC_URL: optional('base address under which the outside reaches this server', httpUrl),
  CORS_ORIGINS: optional(
    'comma list of origins whose pages may call the API; unset: any loopback origin on a loopback HOST',
    origins,
  ),
  TRUST_PROXY: given('false', 'take the client address and scheme from Forwarded and X-Forwarded-*', flag),
  INTROSPECTION: given('true', 'false turns introspection and GraphiQL off', flag),
};
