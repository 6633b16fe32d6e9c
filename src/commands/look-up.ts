import type { CheckOutcome, VideoProvider } from '../providers/provider.ts';
import type { Owner } from '../domain/video-task.ts';
import { Deadline } from '../time/deadline.ts';
import { BoundedCalls } from './bounded-calls.ts';
import type { Commands } from './command-context.ts';
import { FairSlots } from './fair-slots.ts';
import { wakeIntervalMs } from './wake-task.ts';

/** Lookups at once: a caller who guesses ids must not crowd out the checks of tasks. One owner takes ten. */
const slots = 11;
/** Callers that may wait at once: a longer line would end after they have given up. */
const bounds = { perOwner: 500, total: 2000 };

/** Asks for tasks that are not the caller's: one live check for all who ask within two seconds. */
export class LookUps {
  readonly #commands: Pick<Commands, 'store'>;
  readonly #calls = new BoundedCalls(bounds);
  readonly #slots = new FairSlots(slots);
  /** Checks that began within the last two seconds, or have not ended. */
  readonly #begun = new Map<string, Promise<CheckOutcome>>();
  /** Those of one owner that have no slot yet. */
  readonly #waiting = new Map<string, Promise<CheckOutcome>>();

  constructor(commands: Pick<Commands, 'store'>) {
    this.#commands = commands;
  }

  /** The provider's report about a task; null if too many callers wait already. Nothing of it is kept. */
  async ask(owner: Owner, provider: VideoProvider, providerTaskId: string): Promise<CheckOutcome | null> {
    return this.#calls.run(owner, () => this.#ask(owner, provider, providerTaskId));
  }

  async #ask(owner: Owner, provider: VideoProvider, providerTaskId: string): Promise<CheckOutcome> {
    // An id that another owner's task holds is not asked for, and reads like one that does not exist.
    const holder = await this.#commands.store.getByProviderTask(provider.name, providerTaskId);
    return holder === null
      ? this.#askOnce(owner, provider, providerTaskId)
      : { kind: 'unknown', reason: 'no such task', hint: null };
  }

  #askOnce(owner: Owner, provider: VideoProvider, providerTaskId: string): Promise<CheckOutcome> {
    const key = `${provider.name} ${providerTaskId}`;
    // Shared between owners once it has begun: before, each waits in the own line only.
    const ownKey = `${owner} ${key}`;
    const shared = this.#begun.get(key) ?? this.#waiting.get(ownKey);
    if (shared !== undefined) return shared;
    let hasBegun = false;
    const outcome = this.#slots.run(owner, () => {
      hasBegun = true;
      this.#waiting.delete(ownKey);
      return this.#begun.get(key) ?? this.#begin(key, provider, providerTaskId);
    });
    if (!hasBegun) this.#waiting.set(ownKey, outcome);
    return outcome;
  }

  #begin(key: string, provider: VideoProvider, providerTaskId: string): Promise<CheckOutcome> {
    const outcome = this.#check(key, provider, providerTaskId);
    this.#begun.set(key, outcome);
    return outcome;
  }

  async #check(key: string, provider: VideoProvider, providerTaskId: string): Promise<CheckOutcome> {
    const request = {
      providerTaskId,
      model: '',
      resolution: null,
      memo: null,
      callbackUrl: null,
      mayOrder: () => false,
    };
    let hasEnded = false;
    let isOld = false;
    const forget = () => {
      if (hasEnded && isOld) this.#begun.delete(key);
    };
    // A deadline: callers who asked while this process was stopped share it too.
    const age = new Deadline(wakeIntervalMs, () => {
      isOld = true;
      forget();
    });
    try {
      // Bounded by the provider's own time limit.
      return await provider.check(request, new AbortController().signal);
    } catch (error) {
      age[Symbol.dispose]();
      this.#begun.delete(key);
      throw error;
    } finally {
      hasEnded = true;
      forget();
    }
  }
}
