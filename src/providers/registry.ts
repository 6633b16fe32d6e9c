import { ConfigError } from '../settings/config-error.ts';
import type { ProviderName } from '../domain/video-task.ts';
import { readGroup, type Environment, type SettingGroup, type Values } from '../settings/setting.ts';
import type { CallbackReader } from './callbacks.ts';
import type { Credentials, ProviderContext, ProviderDeclaration, StartedProvider } from './declaration.ts';
import { google } from './google/declaration.ts';
import { kie } from './kie/declaration.ts';
import { createMissingProvider } from './missing-provider.ts';
import type { VideoProvider } from './provider.ts';
import { simulator } from './simulator/declaration.ts';

/**
 * Every provider, each declared in its own folder. The order is that of the enum `ProviderName`, and of preference where
 * `PROVIDERS` is unset.
 */
export const registry = [kie, google, simulator] as const satisfies readonly ProviderDeclaration[];

type Registered = (typeof registry)[number];
/** The word of a provider in `PROVIDERS`, such as `kie`. */
export type ProviderWord = Lowercase<Registered['name']>;
/** The settings of every provider, whether it is used or not. */
export type ProviderSettings = {
  readonly [D in Registered as Lowercase<D['name']>]: Values<D['settings']>;
};

const declarations: readonly ProviderDeclaration[] = registry;
const wordOf = ({ name }: Pick<ProviderDeclaration, 'name'>) => name.toLowerCase() as ProviderWord;

/** The words of all providers, in the order of the registry. */
export const providerWords: readonly ProviderWord[] = registry.map(wordOf);

/** The variables of every account that this version can use, such as `KIE_API_KEY`. */
export const credentialVariables: readonly string[] = declarations.flatMap(
  ({ implementation }) => implementation?.credentials?.variables ?? [],
);

/** @throws ConfigError for the first value that is invalid */
export const readProviderSettings = (env: Environment): ProviderSettings =>
  Object.fromEntries(
    declarations.map((declaration) => [wordOf(declaration), readGroup(env, declaration.settings)]),
  ) as ProviderSettings;

/**
 * The providers to use, in order of preference.
 *
 * @param words the operator's list; null: those with credentials, else those that need none
 * @throws ConfigError for a provider that is listed and cannot be used
 */
export function chooseProviders(
  words: readonly ProviderWord[] | null,
  settings: ProviderSettings,
): readonly ProviderName[] {
  if (words === null) {
    const usable = declarations.filter(({ implementation }) => implementation !== null);
    const withAccount = usable.filter(
      (declaration) =>
        declaration.implementation?.credentials?.areSet(settings[wordOf(declaration)]) === true,
    );
    const chosen =
      withAccount.length > 0
        ? withAccount
        : usable.filter(({ implementation }) => implementation?.credentials === null);
    return chosen.map(({ name }) => name);
  }
  return words.map((word) => {
    const { name, implementation } = declared(word);
    if (implementation === null) {
      throw new ConfigError('PROVIDERS', `must not have ${word}: this version does not support it yet`);
    }
    const { credentials } = implementation;
    const missing = credentials === null ? null : missingOf(credentials, settings[word]);
    if (missing !== null) throw new ConfigError(missing, `must be set, because PROVIDERS has ${word}`);
    return name;
  });
}

/** The settings of one provider. */
export const providerSettingsOf = (settings: ProviderSettings, name: ProviderName): Values<SettingGroup> =>
  settings[wordOf({ name })];

/** Starts providers, in this order; `context.stack` owns them. */
export async function createProviders(
  names: readonly ProviderName[],
  settings: ProviderSettings,
  context: ProviderContext,
): Promise<StartedProvider[]> {
  const started: StartedProvider[] = [];
  for (const { name, implementation } of names.map(declared)) {
    if (implementation === null) throw new Error(`${name} is not implemented`);
    const one = await implementation.start(settings[wordOf({ name })], context);
    context.stack.use(one.provider);
    started.push(one);
  }
  return started;
}

/** Placeholders for all other providers, so that tasks of an earlier configuration end too. */
export const createMissingProviders = (configured: readonly VideoProvider[]): VideoProvider[] =>
  declarations
    .filter(({ name }) => configured.every((provider) => provider.name !== name))
    .map(createMissingProvider);

/** The name of a provider for people, whether it is used or not; its plain name where no version declares it any more. */
export const providerLabel = (name: ProviderName): string =>
  declarations.find((declaration) => declaration.name === name)?.label ?? name;

/** The path below `/callbacks/` at which a provider calls back; null: it does not. */
export const callbackPathOf = (name: ProviderName): string | null =>
  declared(name).implementation?.callbacks?.path ?? null;

/** The paths of all providers that call back, each once. */
export const callbackPaths: readonly string[] = [
  ...new Set(declarations.flatMap(({ implementation }) => implementation?.callbacks?.path ?? [])),
];

/** Readers of the calls of every provider that calls back, used or not: a call may be about an earlier configuration. */
export const createCallbackReaders = (
  settings: ProviderSettings,
): ReadonlyMap<ProviderName, CallbackReader> =>
  new Map(
    declarations.flatMap(({ name, implementation }) =>
      implementation?.callbacks
        ? [[name, implementation.callbacks.createReader(settings[wordOf({ name })])] as const]
        : [],
    ),
  );

function missingOf(credentials: Credentials<SettingGroup>, settings: Values<SettingGroup>): string | null {
  if (credentials.missing !== undefined) return credentials.missing(settings);
  return credentials.areSet(settings) ? null : credentials.variables;
}

function declared(name: ProviderName | ProviderWord): ProviderDeclaration {
  const found = declarations.find((declaration) => declaration.name === name.toUpperCase());
  if (found === undefined) throw new Error(`No provider is declared as ${name}`);
  return found;
}
