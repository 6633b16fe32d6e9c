import type { Logger } from 'pino';
import type { ProviderFacts } from '../domain/provider-facts.ts';
import type { ProviderName } from '../domain/video-task.ts';
import type { AllowedHost } from '../settings/addresses/allowed-hosts.ts';
import type { SettingGroup, Values } from '../settings/setting.ts';
import type { ProviderCallbacks } from './callbacks.ts';
import type { VideoProvider } from './provider.ts';

/** A provider, declared once: everything that other modules know of it follows from this. */
export interface ProviderDeclaration<S extends SettingGroup = SettingGroup> {
  /** The name in the API; in lower case, the word in `PROVIDERS` and the name of its settings in `Config`. */
  readonly name: ProviderName;
  /** The name for people, as it is written inside a sentence. */
  readonly label: string;
  /** The description of its value in the schema. */
  readonly description: string;
  readonly settings: S;
  /** Variables that other programs use too: where the provider is not used, no one is warned about them. */
  readonly sharedVariables?: readonly string[];
  /** Settings of this provider that have no effect beside its others; `isUsed`: whether the server uses it. */
  settingsWithoutEffect?(settings: Values<S>, isUsed: boolean): readonly SettingWithoutEffect[];
  /** Null: the contract of the API names it, and this version cannot use it. */
  readonly implementation: ProviderImplementation<S> | null;
}

/** A setting that may be set and then has no effect beside the others. */
export interface SettingWithoutEffect {
  readonly variable: string;
  /** One clause for the operator. Never contains a value. */
  readonly reason: string;
}

/** The use of a provider by this version. */
export interface ProviderImplementation<S extends SettingGroup = SettingGroup> {
  /**
   * The credentials of an account; null: it needs none. Where `PROVIDERS` is unset, the providers whose credentials are set are used,
   * and those that need none if there are no others.
   */
  readonly credentials: Credentials<S> | null;
  /** Null: it does not call back, and its tasks are checked at their interval alone. */
  readonly callbacks: ProviderCallbacks<S> | null;
  /** Starts it. Called at most once in a process; may open sockets, which `context.stack` then owns. */
  start(settings: Values<S>, context: ProviderContext): StartedProvider | Promise<StartedProvider>;
}

/** The settings that authenticate this server at a provider. */
export interface Credentials<S extends SettingGroup> {
  /** The variables, as a refusal to start names them. */
  readonly variables: string;
  areSet(settings: Values<S>): boolean;
  /**
   * What a provider that PROVIDERS lists still lacks, as the name of a variable; null: nothing. Absent: all of `variables`,
   * unless they are set.
   */
  missing?(settings: Values<S>): string | null;
}

/** Conditions that are the same for all providers. */
export interface ProviderContext {
  /** For one request to the provider. */
  readonly timeoutMs: number;
  readonly now: () => number;
  readonly log: Logger;
  /** Facts that the provider reports now and then, in the database. */
  readonly facts: ProviderFacts;
  /** Owns everything that the provider starts; disposed of in reverse order at the end of the process. */
  readonly stack: AsyncDisposableStack;
}

/** A provider that can be used. */
export interface StartedProvider {
  readonly provider: VideoProvider;
  /** Private addresses that its links may lead to. */
  readonly allowedHosts: readonly AllowedHost[];
}
