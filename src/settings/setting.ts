import { ConfigError } from './config-error.ts';

/** One environment variable: its default, its meaning, and how its text becomes a value. */
export interface Setting<T> {
  /** The name in the environment. */
  readonly variable: string;
  /** The text that is parsed where the variable is unset; null: the value is null. */
  readonly fallback: string | null;
  /** One line for `--help` and docs/operating.md. */
  readonly meaning: string;
  readonly parse: (text: string) => T | Invalid;
}

/** Settings that belong together, by the names that the code reads them under. */
export type SettingGroup = Readonly<Record<string, Setting<unknown>>>;

/** The values of a group. */
export type Values<G extends SettingGroup> = {
  readonly [Name in keyof G]:
    | Exclude<ReturnType<G[Name]['parse']>, Invalid>
    | (G[Name]['fallback'] extends null ? null : never);
};

/** The result of parsing a text that is no value of the setting. */
export class Invalid {
  /** The requirement of the value, as a clause that follows the variable's name. Never contains what may be a secret. */
  readonly expectation: string;

  constructor(expectation: string) {
    this.expectation = expectation;
  }
}

/** A setting with a default. */
export const setting = <T>(variable: string, fallback: string, meaning: string, parse: Setting<T>['parse']) =>
  ({ variable, fallback, meaning, parse }) as const;

/** A setting without a default: its value is null where the variable is unset. */
export const optionalSetting = <T>(variable: string, meaning: string, parse: Setting<T>['parse']) =>
  ({ variable, fallback: null, meaning, parse }) as const;

/** Variables by name, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** True if a variable has a value: an empty one counts as unset, as in shells and compose files. */
export const isSet = (value: string | undefined): value is string =>
  value !== undefined && value.trim() !== '';

/**
 * Reads the settings of a group.
 *
 * @throws ConfigError for the values that are invalid, with a line for each
 */
export function readGroup<G extends SettingGroup>(env: Environment, group: G): Values<G> {
  const faults: ConfigError[] = [];
  const values = Object.entries(group).map(([name, { variable, fallback, parse }]) => {
    const given = env[variable];
    const text = isSet(given) ? given.trim() : fallback;
    const value = text === null ? null : parse(text);
    if (value instanceof Invalid) faults.push(new ConfigError(variable, value.expectation));
    return [name, value] as const;
  });
  if (faults.length > 0) throw ConfigError.together(faults);
  return Object.fromEntries(values) as Values<G>;
}
