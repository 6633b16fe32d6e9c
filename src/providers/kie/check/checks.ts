import { worded } from '../../../domain/messages.ts';
import type { CheckFacts, CheckOutcome, CheckRequest } from '../../provider.ts';
import { noAnswer } from '../../no-answer.ts';
import { capitalise, taskError } from '../../task-error.ts';
import { NoAnswerError } from '../../http/faults.ts';
import type { Answer } from '../../http/answer.ts';
import type { ProviderHttp } from '../../http/http.ts';
import type { Contract } from '../submit/create-body.ts';
import { readRecord, type KieRecord } from './check-response.ts';
import { missingUpgrade, readUpgrade, type Upgrade } from './upgrade.ts';

/** The part of the account's settings that checks need. */
export interface KieChecksOptions {
  readonly label: string;
  /** The page on which a person can look up a task; null: hints name none. */
  readonly taskPage: string | null;
  readonly baseUrl: string;
  /** The contract that is asked first about a task whose contract is not known. */
  readonly contract: Contract;
}

/** The path at which each contract reports the status of a task. */
const statusPath: Record<Contract, (id: string) => string> = {
  jobs: (id) => `/api/v1/jobs/recordInfo?taskId=${encodeURIComponent(id)}`,
  veo: (id) => `/api/v1/veo/record-info?taskId=${encodeURIComponent(id)}`,
  task: (id) => `/v1/video/task/${encodeURIComponent(id)}`,
};

const contracts: readonly Contract[] = ['jobs', 'veo', 'task'];

type Fault = Extract<CheckOutcome, { kind: 'unavailable' }>;

/** Status requests: which contract knows a task, and what its record says. */
export class KieChecks {
  readonly #http: ProviderHttp;
  readonly #options: KieChecksOptions;

  constructor(http: ProviderHttp, options: KieChecksOptions) {
    this.#http = http;
    this.#options = options;
  }

  /** One check; it may take a request for each contract, and one for a larger version of a finished video. */
  async check(request: CheckRequest, signal: AbortSignal): Promise<CheckOutcome> {
    const remembered = contracts.find((contract) => contract === request.memo?.['contract']);
    const first = remembered ?? this.#options.contract;
    let fault: CheckOutcome | null = null;
    for (const contract of [first, ...contracts.filter((other) => other !== first)]) {
      const record = await this.#requestRecord(contract, request.providerTaskId, signal);
      // Only "no such record" leads to the next contract: an unknown status or a fault is an answer.
      if (record.kind === 'notFound') continue;
      if (record.kind === 'unavailable') {
        fault ??= record;
        if (contract === first) break;
        continue;
      }
      const memo = contract === remembered ? null : { contract };
      const upgrade =
        record.kind === 'completed' && contract !== 'jobs'
          ? missingUpgrade(request.resolution, record.resolution)
          : null;
      return record.kind === 'completed' && upgrade !== null && (await request.mayOrder())
        ? this.#upgrade(upgrade, request, { ...record, memo }, signal)
        : this.#outcomeOf(record, memo);
    }
    return (
      fault ?? {
        kind: 'unknown',
        reason: `no contract knows the task ${request.providerTaskId}`,
        hint: worded(
          'NO_SUCH_TASK',
          {
            provider: this.#options.label,
            providerTaskId: request.providerTaskId,
            page: this.#options.taskPage,
          },
          `${capitalise(this.#options.label)} knows no task ${request.providerTaskId}. Make sure that the id is right` +
            `${this.#options.taskPage === null ? '' : `; you can look for it at ${this.#options.taskPage}`}. Checking goes on.`,
        ),
      }
    );
  }

  async #requestRecord(
    contract: Contract,
    providerTaskId: string,
    signal: AbortSignal,
  ): Promise<Exclude<KieRecord, { kind: 'unavailable' }> | Fault> {
    try {
      const answer = await this.#http.get(
        `${this.#options.baseUrl}${statusPath[contract](providerTaskId)}`,
        signal,
      );
      const record = readRecord(answer, providerTaskId, contract);
      return record.kind === 'unavailable' ? { ...record, retryAfterMs: answer.retryAfterMs } : record;
    } catch (error) {
      if (!(error instanceof NoAnswerError)) throw error;
      return noAnswer(error);
    }
  }

  #outcomeOf(
    record: Exclude<KieRecord, { kind: 'notFound' | 'unavailable' }>,
    memo: CheckFacts['memo'],
  ): CheckOutcome {
    switch (record.kind) {
      case 'processing':
        return { ...record, memo };
      case 'completed': {
        const { resolution: _resolution, url, ...rest } = record;
        return { ...rest, memo, source: { kind: 'url', url } };
      }
      case 'failed': {
        const { code, providerCode, text, ...rest } = record;
        // Kie docs, getting started, 2026: failed tasks are not charged.
        return { ...rest, memo, error: taskError(this.#options.label, code, providerCode, text, 'NO') };
      }
      case 'unknown':
        return this.#unknown(record.reason);
      default:
        return record satisfies never;
    }
  }

  /** The version above 720p of a finished task, ordered and checked within the same check. Never the smaller file. */
  async #upgrade(
    upgrade: Upgrade,
    { providerTaskId, callbackUrl }: CheckRequest,
    { credits, echoedPrompt, memo }: CheckFacts,
    signal: AbortSignal,
  ): Promise<CheckOutcome> {
    const facts = { credits, echoedPrompt, memo, providerStatus: `${upgrade} is ready` };
    try {
      const answer = await this.#requestUpgrade(upgrade, providerTaskId, callbackUrl, signal);
      const status = readUpgrade(upgrade, answer, providerTaskId);
      switch (status.kind) {
        case 'ready':
          return { ...facts, kind: 'completed', source: { kind: 'url', url: status.url } };
        case 'processing':
          return { ...facts, kind: 'processing', percent: null, providerStatus: status.providerStatus };
        case 'failed': {
          const { providerCode, text } = status;
          // The video itself was made, and is billed.
          const error = taskError(this.#options.label, 'PROVIDER_FAILED', providerCode, text, 'YES');
          return { ...facts, kind: 'failed', error, providerStatus: `${upgrade} is unavailable` };
        }
        case 'unavailable':
          return { ...status, retryAfterMs: answer.retryAfterMs };
        case 'unknown':
          return this.#unknown(status.reason);
        default:
          return status satisfies never;
      }
    } catch (error) {
      if (!(error instanceof NoAnswerError)) throw error;
      return noAnswer(error);
    }
  }

  /** Both calls may be repeated: the first starts the work, the next ones return its status (Kie docs, 2026-06). */
  #requestUpgrade(
    upgrade: Upgrade,
    taskId: string,
    callbackUrl: string | null,
    signal: AbortSignal,
  ): Promise<Answer> {
    const { baseUrl } = this.#options;
    if (upgrade === '1080p') {
      const query = `taskId=${encodeURIComponent(taskId)}&index=0`;
      return this.#http.get(`${baseUrl}/api/v1/veo/get-1080p-video?${query}`, signal);
    }
    const body = { taskId, index: 0, ...(callbackUrl !== null && { callBackUrl: callbackUrl }) };
    return this.#http.postOnce(`${baseUrl}/api/v1/veo/get-4k-video`, body, signal, () => true);
  }

  #unknown(reason: string): CheckOutcome {
    const { label, taskPage } = this.#options;
    const hint = worded(
      'RESPONSE_UNREADABLE',
      { provider: label, reason, page: taskPage },
      `The response of ${label} could not be read (${reason}). Checking goes on.` +
        (taskPage === null ? '' : ` You can look for the task by its providerTaskId at ${taskPage}.`),
    );
    return { kind: 'unknown', reason, hint };
  }
}
