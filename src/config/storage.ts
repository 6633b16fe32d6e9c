import { join } from 'node:path';
import { text } from '../settings/parsers.ts';
import {
  Invalid,
  optionalSetting,
  readGroup,
  setting,
  type Environment,
  type Values,
} from '../settings/setting.ts';

const databaseUrl = (value: string) => {
  if (/^postgres(ql)?:/.test(value)) {
    return new Invalid('must be sqlite:PATH; PostgreSQL is not supported by this version yet');
  }
  const path = /^sqlite:(.+)$/.exec(value)?.[1];
  return path ?? new Invalid('must be sqlite:PATH');
};

/** Storage of data. */
export const storageSettings = {
  dataDir: setting('DATA_DIR', './data', 'embedded database, videos and uploads', text),
  databaseFile: optionalSetting('DATABASE_URL', 'sqlite:PATH; unset: reelay.db in DATA_DIR', databaseUrl),
};

/** The values of these settings. */
export type StorageConfig = Values<typeof storageSettings> & { readonly databaseFile: string };

/** @throws ConfigError */
export function readStorage(env: Environment): StorageConfig {
  const storage = readGroup(env, storageSettings);
  return { ...storage, databaseFile: storage.databaseFile ?? join(storage.dataDir, 'reelay.db') };
}
