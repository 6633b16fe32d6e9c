import { join } from 'node:path';
import { ConfigError } from '../settings/config-error.ts';
import { flag, text } from '../settings/parsers.ts';
import {
  Invalid,
  optionalSetting,
  readGroup,
  setting,
  type Environment,
  type Values,
} from '../settings/setting.ts';

/** The database to open. */
export type DatabaseConfig =
  | {
      readonly kind: 'sqlite';
      readonly file: string;
      /** The setting that names the file, or its folder. */
      readonly variable: 'DATABASE_URL' | 'DATA_DIR';
    }
  | {
      readonly kind: 'postgres';
      /** With its password. */
      readonly url: string;
      /** For notifications, past a pooler. */
      readonly listenUrl: string;
    };

/** False where a % is none of an escape, as in a password that was not encoded. */
function isDecodable({ username, password, pathname }: URL): boolean {
  try {
    return decodeURIComponent(`${username}${password}${pathname}`) !== '';
  } catch {
    return false;
  }
}

const postgresUrl = (value: string): string | Invalid => {
  const url = URL.parse(value);
  const isOne = url !== null && /^postgres(ql)?:$/.test(url.protocol) && /^\/[^/]+$/.test(url.pathname);
  return isOne && isDecodable(url)
    ? value
    : new Invalid('must be postgres://USER:PASSWORD@HOST:PORT/DATABASE');
};

const databaseUrl = (value: string) => {
  const path = /^sqlite:(.+)$/.exec(value)?.[1];
  if (path !== undefined) return { kind: 'sqlite', file: path } as const;
  const url = postgresUrl(value);
  return url instanceof Invalid
    ? new Invalid('must be sqlite:PATH or postgres://USER:PASSWORD@HOST:PORT/DATABASE')
    : ({ kind: 'postgres', url } as const);
};

/** Where data is kept. */
export const storageSettings = {
  dataDir: setting('DATA_DIR', './data', 'embedded database, videos and uploads', text),
  database: optionalSetting(
    'DATABASE_URL',
    'sqlite:PATH, or postgres://USER:PASSWORD@HOST:PORT/DATABASE for several instances; unset: reelay.db in DATA_DIR',
    databaseUrl,
  ),
  listenUrl: optionalSetting(
    'DATABASE_LISTEN_URL',
    'postgres://… past a pooler, for notifications between instances; unset: DATABASE_URL',
    postgresUrl,
  ),
  isMediaShared: setting(
    'MEDIA_SHARED',
    'false',
    'true: all instances see one folder of videos; otherwise several of them need s3:// as MEDIA_STORE',
    flag,
  ),
};

/** The values of these settings. */
export interface StorageConfig extends Pick<Values<typeof storageSettings>, 'dataDir' | 'isMediaShared'> {
  readonly database: DatabaseConfig;
}

/** @throws ConfigError */
export function readStorage(env: Environment): StorageConfig {
  const { dataDir, database, listenUrl, isMediaShared } = readGroup(env, storageSettings);
  if (database?.kind === 'postgres') {
    return { dataDir, isMediaShared, database: { ...database, listenUrl: listenUrl ?? database.url } };
  }
  if (listenUrl !== null) {
    throw new ConfigError('DATABASE_LISTEN_URL', 'must be unset, unless DATABASE_URL is postgres://…');
  }
  return {
    dataDir,
    isMediaShared,
    database:
      database === null
        ? { kind: 'sqlite', file: join(dataDir, 'reelay.db'), variable: 'DATA_DIR' }
        : { ...database, variable: 'DATABASE_URL' },
  };
}
