import { message } from '../../domain/messages.ts';
import type { OptionType } from '../../domain/provider-offer.ts';
import type { ProviderName, TaskError } from '../../domain/video-task.ts';
import type {
  CheckOutcome,
  CheckRequest,
  CreateRate,
  HandOver,
  KeyTest,
  ProviderImage,
  SubmitContext,
  SubmitOutcome,
  SubmitRequest,
  VideoProvider,
} from '../provider.ts';
import {
  chosenSettings,
  modelNamed,
  type Price,
  type PricedSettings,
  type VideoModel,
} from '../../domain/video-model.ts';
import { submitOnce, type PaidRequest } from '../paid-request.ts';
import { Balance, balanceIn, fetchBalance, keyVerdictIn } from './balance.ts';
import type { CatalogueEntry } from '../catalogue/entry.ts';
import { kieEntries } from '../catalogue/kie/kie-entries.ts';
import { entryNamed, modelOfEntry } from '../catalogue/model-of-entry.ts';
import { NotInEntryError } from '../catalogue/request-of-entry.ts';
import { createRequest, type Contract, type CreateRequest } from './submit/create-body.ts';
import { freeOptions, reservedOptions, settingsInOptions } from './submit/options.ts';
import { ProviderHttp } from '../http/http.ts';
import { CatalogueRefresh, type CatalogueRefreshOptions } from './catalogue-refresh/catalogue-refresh.ts';
import { ImageUploads } from './submit/image-uploads.ts';
import { usdPerCredit } from './models.ts';
import { isPricedByOperator, operatorPrice } from './operator-price.ts';
import { readCutAnswer, readSubmitAnswer } from './submit/submit-response.ts';
import { withSuccessor } from '../task-error.ts';
import { kieSettings } from './settings.ts';
import { KieChecks } from './check/checks.ts';

/** An account at Kie, or at something that speaks its wire. */
export interface KieOptions {
  readonly name: ProviderName;
  /** The name in hints and errors. */
  readonly label: string;
  /** The page on which a person can look up a task; null: hints name none. */
  readonly taskPage: string | null;
  readonly apiKey: string;
  /** The variable that holds the key; without it the key is not tested. */
  readonly keyVariable?: string;
  readonly baseUrl: string;
  readonly uploadUrl: string;
  /** The contract of new work; a task is found on any of them. */
  readonly contract: Contract;
  readonly pollIntervalMs: number;
  /** The limit of tasks that the account may start in ten seconds; 0: no limit. */
  readonly createsPer10s: number;
  readonly timeoutMs: number;
  /** The operator's own prices, as operatorPrice reads them; they go before the list. */
  readonly prices?: ReadonlyMap<string, number>;
  /** Without it: what Kie offers. */
  readonly entries?: readonly CatalogueEntry[];
  /** Where facts of Kie's catalogue are kept; without it, none are read. */
  readonly catalogue?: Pick<CatalogueRefreshOptions, 'facts' | 'log' | 'spacingMs'>;
  readonly now: () => number;
}

/** The window of the account's rate limit (Kie docs, getting started, 2026: 20 requests per 10 s). */
const rateWindowMs = 10_000;

/** Kie.ai as a provider. */
export function createKieProvider(options: KieOptions): VideoProvider {
  const provider = new KieProvider(options);
  provider.start();
  return provider;
}

/** A task that was made for a model as an earlier version described it, and that nothing was sent of. */
const notOffered = (model: string, input: string): TaskError => ({
  code: 'PROVIDER_REJECTED',
  message: `${model} does not take this ${input} any more. Nothing was sent. Create the video again with other settings.`,
  reason: message('SETTING_NOT_OFFERED', { model, setting: input }),
  providerCode: null,
  retryable: false,
  billed: 'NO',
});

class KieProvider implements VideoProvider {
  readonly name: ProviderName;
  readonly label: string;
  readonly pollIntervalMs: number;
  readonly createRate: CreateRate | null;
  readonly taskPage: string | null;
  readonly priceSetting = kieSettings.prices.variable;
  readonly usdPerCredit = usdPerCredit;
  readonly models: readonly VideoModel[];
  readonly keyTest?: KeyTest;
  // Other models of Kie's market are passed through by name.
  readonly acceptsOtherModels = true;
  readonly #entries: readonly CatalogueEntry[];
  readonly #options: KieOptions;
  readonly #http: ProviderHttp;
  readonly #uploads: ImageUploads;
  readonly #balance: Balance;
  readonly #checks: KieChecks;
  readonly #refresh: CatalogueRefresh | null;

  constructor(options: KieOptions) {
    this.name = options.name;
    this.label = options.label;
    this.pollIntervalMs = options.pollIntervalMs;
    this.taskPage = options.taskPage;
    this.createRate =
      options.createsPer10s === 0 ? null : { max: options.createsPer10s, windowMs: rateWindowMs };
    this.#entries = options.entries ?? kieEntries;
    this.models = this.#entries.map((entry) => modelOfEntry(entry, usdPerCredit));
    this.#options = options;
    this.#http = new ProviderHttp({
      timeoutMs: options.timeoutMs,
      headers: { authorization: `Bearer ${options.apiKey}` },
    });
    this.#checks = new KieChecks(this.#http, options);
    const { uploadUrl, label, now, catalogue, name, baseUrl } = options;
    const entries = this.#entries;
    this.#refresh =
      catalogue === undefined
        ? null
        : new CatalogueRefresh({ provider: name, entries, http: this.#http, baseUrl, now, ...catalogue });
    this.#balance = new Balance(async () => balanceIn(await fetchBalance(this.#http, baseUrl)), now);
    if (options.keyVariable !== undefined) {
      this.keyTest = {
        variable: options.keyVariable,
        run: async (signal) => keyVerdictIn(await fetchBalance(this.#http, baseUrl, signal)),
      };
    }
    this.#uploads = new ImageUploads({
      http: this.#http,
      uploadUrl,
      label,
      pauseMs: options.pollIntervalMs,
      now,
    });
  }

  /** Begins to read the catalogue, where that is wanted. */
  start(): void {
    this.#refresh?.start();
  }

  get isHandOverDown(): boolean {
    return this.#uploads.isDown;
  }

  reservedOptions(model: string): ReadonlySet<string> {
    return reservedOptions(this.#entryOf(model));
  }

  freeOptions(model: string): ReadonlyMap<string, readonly OptionType[]> {
    return freeOptions(this.#entryOf(model), isPricedByOperator(this.#options.prices, model));
  }

  price(model: string, settings: PricedSettings): Price | null {
    const known = modelNamed(this.models, model) ?? null;
    const video = known === null ? settingsInOptions(settings.options) : settings;
    if (video === null) return null;
    const named = operatorPrice(this.#options.prices, known, { ...video, model });
    if (named !== undefined) return named;
    return known && known.price(chosenSettings(known, settings));
  }

  successRate(model: string): number | null {
    return this.#refresh?.successRate(model) ?? null;
  }

  pricedAt(model: string): number | null {
    return this.#refresh?.pricedAt(model) ?? null;
  }

  async handOver(images: readonly ProviderImage[], signal: AbortSignal): Promise<HandOver> {
    const handed: ProviderImage[] = [];
    for (const image of images) {
      if (image.kind !== 'upload') {
        handed.push(image);
        continue;
      }
      const outcome = await this.#uploads.urlOf(image, signal);
      if (outcome.kind !== 'uploaded') return outcome;
      handed.push({ kind: 'url', url: outcome.url });
    }
    return { kind: 'ready', images: handed };
  }

  async submit(request: SubmitRequest, context: SubmitContext): Promise<SubmitOutcome> {
    const { baseUrl, contract, label, apiKey } = this.#options;
    const imageUrls = request.images.flatMap((image) => (image.kind === 'url' ? [image.url] : []));
    if (imageUrls.length < request.images.length) {
      // Never a paid video without the images that were asked for.
      const reason = 'an image was not handed over';
      return { kind: 'notSent', reason, retryAfterMs: null, cause: 'task' };
    }
    let create: CreateRequest;
    try {
      create = createRequest(contract, this.#entryOf(request.model), request, imageUrls);
    } catch (error) {
      if (!(error instanceof NotInEntryError)) throw error;
      return { kind: 'refused', error: notOffered(request.model, error.input) };
    }
    const { path, body } = create;
    const memo = { contract: create.contract };
    const paid: PaidRequest = {
      label,
      url: `${baseUrl}${path}`,
      body,
      secrets: [apiKey, request.callbackUrl?.split('/').at(-1) ?? ''],
      read: (answer) => {
        const outcome = readSubmitAnswer(label, answer);
        if (outcome.kind === 'refused')
          return { ...outcome, error: withSuccessor(outcome.error, this.#successorOf(request.model)) };
        return outcome.kind === 'accepted' ? { ...outcome, memo } : outcome;
      },
      readCut: (error) => readCutAnswer(error, memo),
    };
    return submitOnce(this.#http, paid, context);
  }

  async check(request: CheckRequest, signal: AbortSignal): Promise<CheckOutcome> {
    const outcome = await this.#checks.check(request, signal);
    return outcome.kind === 'failed'
      ? { ...outcome, error: withSuccessor(outcome.error, this.#successorOf(request.model)) }
      : outcome;
  }

  credits(): Promise<number | null> {
    return this.#balance.credits();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#refresh?.[Symbol.asyncDispose]();
    await this.#http[Symbol.asyncDispose]();
  }

  #entryOf(model: string): CatalogueEntry | null {
    return entryNamed(this.#entries, model);
  }

  #successorOf(model: string): string | null {
    return this.#entryOf(model)?.successor ?? null;
  }
}
