import { registry } from '../providers/registry.ts';
import { ConfigError } from '../settings/config-error.ts';
import { isSet, readGroup, type Environment, type Setting } from '../settings/setting.ts';
import { authSettings, checkAuth, type AuthConfig } from './auth.ts';
import { httpSettings, type HttpConfig } from './http.ts';
import { limitSettings, type LimitsConfig } from './limits.ts';
import { logSettings, type LogConfig } from './log.ts';
import { mediaSettings, readMedia, type MediaConfig } from './media.ts';
import { nearestKnown } from './misspelled.ts';
import { providerChoice, readProviders, type ProvidersConfig } from './providers.ts';
import { readStorage, storageSettings, type StorageConfig } from './storage.ts';
import { workSettings, type WorkConfig } from './work.ts';

/** The settings of a server, checked. Read once, at the start; a part of the server is given its groups alone. */
export interface Config {
  readonly http: HttpConfig;
  readonly auth: AuthConfig;
  readonly storage: StorageConfig;
  readonly providers: ProvidersConfig;
  readonly work: WorkConfig;
  readonly media: MediaConfig;
  readonly limits: LimitsConfig;
  readonly log: LogConfig;
}

/** Every setting, in the order of `--help`. Providers may share one. */
const settings: readonly Setting<unknown>[] = [
  ...new Set(
    [
      httpSettings,
      storageSettings,
      providerChoice,
      ...registry.map((declaration) => declaration.settings),
      workSettings,
      authSettings,
      mediaSettings,
      limitSettings,
      logSettings,
    ].flatMap((group) => Object.values<Setting<unknown>>(group)),
  ),
];
const variables = settings.map(({ variable }) => variable);

/**
 * Reads the environment.
 *
 * @throws ConfigError with a line for each wrong variable, which names it and what its value must be
 */
export function readConfig(env: Environment): Config {
  const faults: ConfigError[] = [];
  /** Reads on after a fault, for the next one to be named too. */
  const read = <T>(group: () => T): T | null => {
    try {
      return group();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      faults.push(error);
      return null;
    }
  };
  const http = read(() => readGroup(env, httpSettings));
  const auth = read(() => readGroup(env, authSettings));
  const storage = read(() => readStorage(env));
  const providers = read(() => readProviders(env));
  const work = read(() => readGroup(env, workSettings));
  const media = read(() => readMedia(env));
  const limits = read(() => readGroup(env, limitSettings));
  const log = read(() => readGroup(env, logSettings));
  if (http !== null && auth !== null) read(() => checkAuth(auth, http.host));
  const isComplete = http && auth && storage && providers && work && media && limits && log;
  if (faults.length > 0 || !isComplete) throw ConfigError.together(faults);
  return { http, auth, storage, providers, work, media, limits, log };
}

/** A variable that is set and has no effect. */
export interface IgnoredSetting {
  readonly variable: string;
  /** The variable that was probably meant. */
  readonly nearest: string;
}

/** Variables that are probably meant for Reelay and that nothing reads. Never contains their values. */
export function findIgnoredSettings(env: Environment): IgnoredSetting[] {
  const ignored: IgnoredSetting[] = [];
  for (const variable of Object.keys(env).toSorted()) {
    if (!isSet(env[variable])) continue;
    const nearest = nearestKnown(variable, variables);
    if (nearest !== null) ignored.push({ variable, nearest });
  }
  return ignored;
}

/** Every variable with its default and meaning, in the order of `--help`. */
export const describeVariables = (): Pick<Setting<unknown>, 'variable' | 'fallback' | 'meaning'>[] =>
  settings.map(({ variable, fallback, meaning }) => ({ variable, fallback, meaning }));
