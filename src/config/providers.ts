import type { ProviderName } from '../domain/video-task.ts';
import {
  chooseProviders,
  providerWords,
  readProviderSettings,
  type ProviderSettings,
} from '../providers/registry.ts';
import { list } from '../settings/parsers.ts';
import { Invalid, optionalSetting, readGroup, type Environment } from '../settings/setting.ts';

const words = (value: string) => {
  const parsed = list(value).map((item) => providerWords.find((word) => word === item));
  return parsed.length > 0 && parsed.every((word) => word !== undefined)
    ? [...new Set(parsed)]
    : new Invalid(`must be a comma-separated list of ${providerWords.join(', ')}`);
};

/** The choice of providers. */
export const providerChoice = {
  words: optionalSetting(
    'PROVIDERS',
    `comma-separated list of ${providerWords.join(', ')}, in order of preference; unset: those with credentials, else the simulator`,
    words,
  ),
};

/** The providers to use, and the settings of all of them. */
export interface ProvidersConfig {
  /** In order of preference; never empty. */
  readonly names: readonly ProviderName[];
  readonly settings: ProviderSettings;
}

/** @throws ConfigError */
export function readProviders(env: Environment): ProvidersConfig {
  const settings = readProviderSettings(env);
  return { names: chooseProviders(readGroup(env, providerChoice).words, settings), settings };
}
