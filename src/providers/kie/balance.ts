import { Deadline, DeadlineSignal } from '../../time/deadline.ts';
import { NoAnswerError } from '../http/faults.ts';
import type { Answer } from '../http/answer.ts';
import type { ProviderHttp } from '../http/http.ts';
import { isObject, numberOf } from '../http/json.ts';
import type { KeyVerdict } from '../provider.ts';
import { isFault } from './status-codes.ts';

/** Time for which a balance is kept, in milliseconds. */
const keptMs = 60_000;
/** Time for which a failure is kept, in milliseconds: frequent queries must not add to the load of a provider that is down. */
const failureKeptMs = 5000;
/** The longest time for which a query waits for a balance, in milliseconds. */
const longestWaitMs = 1000;

/** A balance that was requested. */
interface Kept {
  /** Until then no other request is made. */
  readonly until: number;
  readonly credits: Promise<number | null>;
}

/** The account's balance: at most one request a minute, however often it is read. */
export class Balance {
  readonly #fetch: () => Promise<number | null>;
  readonly #now: () => number;
  #kept: Kept | null = null;

  /** @param fetch resolves to null where there is no balance or no response; throws for bugs alone */
  constructor(fetch: () => Promise<number | null>, now: () => number) {
    this.#fetch = fetch;
    this.#now = now;
  }

  /**
   * In the provider's unit; null where it is not known, or takes more than a second: queries that wait for a provider hold
   * slots of their owner.
   */
  credits(): Promise<number | null> {
    const now = this.#now();
    // A clock that was set back must not keep an old balance for longer.
    if (this.#kept !== null && now < this.#kept.until && this.#kept.until - now <= keptMs) {
      return this.#kept.credits;
    }
    const fetched = this.#fetch();
    const kept = { until: now + keptMs, credits: orSoonNull(fetched) };
    this.#kept = kept;
    const keep = (credits: number | null) => {
      if (this.#kept !== kept) return;
      const forMs = credits === null ? failureKeptMs : keptMs;
      this.#kept = { until: this.#now() + forMs, credits: Promise.resolve(credits) };
    };
    // Whoever waits hears of a bug.
    fetched.then(keep, () => keep(null));
    return kept.credits;
  }
}

/** The result of a request, or null after a second. */
async function orSoonNull(fetched: Promise<number | null>): Promise<number | null> {
  const soon = Promise.withResolvers<null>();
  const deadline = new Deadline(longestWaitMs, () => soon.resolve(null));
  try {
    return await Promise.race([fetched, soon.promise]);
  } finally {
    deadline[Symbol.dispose]();
  }
}

/** For the request of a balance, in milliseconds. */
const timeoutMs = 5000;

/**
 * Requests the balance of the account, which is free (Kie docs, 2026-06).
 *
 * @returns the error where there is no response
 */
export async function fetchBalance(
  http: Pick<ProviderHttp, 'get'>,
  baseUrl: string,
  signal?: AbortSignal,
): Promise<Answer | NoAnswerError> {
  using deadline = new DeadlineSignal(timeoutMs);
  const ends = signal === undefined ? deadline.signal : AbortSignal.any([deadline.signal, signal]);
  try {
    return await http.get(`${baseUrl}/api/v1/chat/credit`, ends);
  } catch (error) {
    if (error instanceof NoAnswerError) return error;
    throw error;
  }
}

/** The code of a response: that of its body, else the HTTP status. */
const codeOf = ({ json, status }: Answer): number =>
  (isObject(json) ? numberOf(json['code']) : null) ?? status;

/** The balance in a response, in credits; null where it has none. */
export const balanceIn = (answer: Answer | NoAnswerError): number | null =>
  !(answer instanceof NoAnswerError) && isObject(answer.json) && codeOf(answer) === 200
    ? numberOf(answer.json['data'])
    : null;

/** The proof that a response to that request gives about the key: 401 means that it is missing or wrong (Kie docs, 2026-06). */
export function keyVerdictIn(answer: Answer | NoAnswerError): KeyVerdict {
  if (answer instanceof NoAnswerError) return { kind: 'unanswered', reason: answer.message };
  const code = codeOf(answer);
  if (code === 401) return { kind: 'refused' };
  if (balanceIn(answer) !== null) return { kind: 'accepted' };
  return isFault(code) ? { kind: 'unanswered', reason: `code ${code}` } : { kind: 'unclear' };
}
