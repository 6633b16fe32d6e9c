import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { JsonValue, ProviderName } from '../../../domain/video-task.ts';
import type { ProviderFact, ProviderFacts } from '../../../domain/provider-facts.ts';
import type { LongLived } from '../../../time/lifetime.ts';
import type { CatalogueEntry } from '../../catalogue/entry.ts';
import { entryNamed, formsOf } from '../../catalogue/model-of-entry.ts';
import { NoAnswerError } from '../../http/faults.ts';
import type { Answer } from '../../http/answer.ts';
import type { ProviderHttp } from '../../http/http.ts';
import { isObject, textOf } from '../../http/json.ts';
import {
  isPriceListed,
  meanOf,
  readPriceDescriptions,
  readSuccessRate,
  type CatalogueAnswer,
} from './read-catalogue.ts';

/** Time for which a fact counts as new, in milliseconds. */
const freshMs = 6 * 3_600_000;
/** A rate of the last day is shown for a day, in milliseconds. */
const rateKeptMs = 24 * 3_600_000;
/** The pause after a reading that failed, in milliseconds. */
const retryMs = 3_600_000;
/** The pause before another look while another instance reads, in milliseconds. */
const otherReaderMs = 60_000;
/** The number of faults of the API, one after the other, after which a reading ends: one may be about one request. */
const mostFaults = 3;
/** Longer than a request and its pause, in milliseconds: an instance that ends leaves the reading to others after it. */
const reservedMs = 120_000;
/** The API allows one request a second for an account (Kie's own guide, 2026-09). In milliseconds. */
const usualSpacingMs = 1000;

const listPath = '/api/v1/models';
// The slash of an id is not encoded (Kie's own guide, 2026-09).
const ratePath = (model: string): string => `${listPath}/${model}/success-rate`;

/** Settings of a catalogue refresh. */
export interface CatalogueRefreshOptions {
  readonly provider: ProviderName;
  readonly entries: readonly CatalogueEntry[];
  readonly http: Pick<ProviderHttp, 'get'>;
  readonly baseUrl: string;
  readonly facts: ProviderFacts;
  readonly log: Logger;
  readonly now: () => number;
  /** The pause after each request, in milliseconds; a second without it. */
  readonly spacingMs?: number;
}

/**
 * Success rates and prices of the listed models, from Kie's catalogue API every six hours, one request at a time. Facts
 * are kept in the database; what cannot be read leaves them as they are. Owns the timer and the request under way.
 */
export class CatalogueRefresh implements LongLived {
  readonly #options: CatalogueRefreshOptions;
  /** Names this instance as a reader. */
  readonly #reader = randomBytes(12).toString('base64url');
  readonly #stopping = new AbortController();
  #loop: Promise<void> | null = null;
  #facts: ReadonlyMap<string, ProviderFact> = new Map();
  /** The paths that the last reading did not get. */
  #unread: readonly string[] = [];

  constructor(options: CatalogueRefreshOptions) {
    this.#options = options;
  }

  /** True while it reads, or waits for the time of the next reading. */
  get isWorking(): boolean {
    return this.#loop !== null && !this.#stopping.signal.aborted;
  }

  start(): void {
    if (this.#loop === null && !this.#stopping.signal.aborted) this.#loop = this.#run();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
  }

  /** The share of a model's videos that succeeded over the last day, 0 to 1; null where it is not known. */
  successRate(model: string): number | null {
    const entry = entryNamed(this.#options.entries, model);
    if (entry === null) return null;
    const oldest = this.#options.now() - rateKeptMs;
    return meanOf(
      sentNames(entry).flatMap((name) => {
        const fact = this.#facts.get(ratePath(name));
        return fact !== undefined && fact.at > oldest && typeof fact.value === 'number' ? [fact.value] : [];
      }),
    );
  }

  /** The time at which the price list of a model was last found to hold, in milliseconds since 1970; null: never. */
  pricedAt(model: string): number | null {
    const entry = entryNamed(this.#options.entries, model);
    const fact = this.#facts.get(listPath);
    if (entry === null || entry.price === null || fact === undefined || !isObject(fact.value)) return null;
    const description = textOf(fact.value[entry.sentAs ?? entry.id]);
    return description !== null && isPriceListed(entry.price, description) ? fact.at : null;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const pauseMs = await this.#read().catch((error: unknown) => {
        // A stop, or our own database.
        if (!signal.aborted)
          this.#log.error({ err: error }, 'the catalogue of the provider could not be kept');
        return retryMs;
      });
      await pause(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Reads what is old. Returns the time until the next reading, in milliseconds. */
  async #read(): Promise<number> {
    const { facts, provider, now, spacingMs = usualSpacingMs } = this.#options;
    this.#facts = await facts.all(provider);
    let faults = 0;
    const unread: { readonly path: string; readonly reason: string }[] = [];
    for (const path of this.#paths()) {
      this.#stopping.signal.throwIfAborted();
      if (this.#isFresh(path)) continue;
      if (!(await facts.reserve(provider, this.#reader, now(), now() + reservedMs))) return otherReaderMs;
      // Another instance may have read it just before.
      this.#facts = await facts.all(provider);
      if (this.#isFresh(path)) continue;
      const answer = await this.#ask(path);
      faults = answer.kind === 'unavailable' ? faults + 1 : 0;
      if (answer.kind === 'read') {
        const fact = { value: answer.value, at: now() };
        await facts.keep(provider, path, fact);
        this.#facts = new Map([...this.#facts, [path, fact]]);
      } else {
        unread.push({ path, reason: answer.reason });
        if (faults === mostFaults) break;
      }
      await pause(spacingMs, undefined, { signal: this.#stopping.signal });
    }
    this.#logUnread(unread);
    if (faults === mostFaults) return retryMs;
    const oldest = Math.min(...this.#paths().map((path) => this.#facts.get(path)?.at ?? 0));
    return Math.max(retryMs, oldest + freshMs - now());
  }

  /** One line for all of a reading, and no other until something else is missing: Kie has no record of some models. */
  #logUnread(unread: readonly { readonly path: string; readonly reason: string }[]): void {
    const paths = unread.map(({ path }) => path);
    if (paths.length > 0 && paths.join() !== this.#unread.join()) {
      const reasons = [...new Set(unread.map(({ reason }) => reason))];
      this.#log.info({ paths, reasons }, 'parts of the catalogue of the provider could not be read');
    }
    this.#unread = paths;
  }

  async #ask(path: string): Promise<CatalogueAnswer<JsonValue>> {
    let answer: Answer;
    try {
      answer = await this.#options.http.get(`${this.#options.baseUrl}${path}`, this.#stopping.signal);
    } catch (error) {
      this.#stopping.signal.throwIfAborted();
      if (!(error instanceof NoAnswerError)) throw error;
      return { kind: 'unavailable', reason: error.message };
    }
    return path === listPath ? readPriceDescriptions(answer, this.#names()) : readSuccessRate(answer);
  }

  #isFresh(path: string): boolean {
    const age = this.#options.now() - (this.#facts.get(path)?.at ?? 0);
    // A fact from the future is of a clock that was set back since.
    return age >= 0 && age < freshMs;
  }

  #paths(): string[] {
    return [listPath, ...this.#names().map(ratePath)];
  }

  #names(): string[] {
    return [...new Set(this.#options.entries.flatMap(sentNames))];
  }

  get #log(): Logger {
    return this.#options.log.child({ provider: this.#options.provider });
  }
}

/** The names of a model in requests: one, or another for each use of images. */
const sentNames = (entry: CatalogueEntry): string[] => [
  ...new Set([
    entry.sentAs ?? entry.text?.model ?? entry.id,
    ...formsOf(entry).map(([, { model }]) => entry.sentAs ?? model ?? entry.id),
  ]),
];
