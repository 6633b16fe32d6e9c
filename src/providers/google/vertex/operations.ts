import { worded } from '../../../domain/messages.ts';
import { Readable } from 'node:stream';
import { abandon } from '../../../media/fetch/abandon.ts';
import { DeadlineSignal } from '../../../time/deadline.ts';
import { describeFault, NoAnswerError } from '../../http/faults.ts';
import type { OpenAnswer, ProviderHttp } from '../../http/http.ts';
import { parseJson } from '../../http/json.ts';
import type { CheckOutcome, CheckRequest, OpenedVideo } from '../../provider.ts';
import { noAnswer } from '../../no-answer.ts';
import { capitalise } from '../../task-error.ts';
import { googleErrorOf } from '../error-body.ts';
import { JsonTooLongError, readJsonHead, type JsonHead } from '../json-head.ts';
import { bytesOfBase64 } from '../base64.ts';
import type { Credentials } from './credentials.ts';
import { readOperation, videoMembers, type Operation } from './operation.ts';
import { operationPath } from './operation-path.ts';

/** The part of the account that reading operations needs. */
export interface OperationsOptions {
  readonly label: string;
  readonly project: string;
  /** Where new work goes; other locations have their own hosts. */
  readonly location: string;
  /** The base URL of the API at a location. */
  readonly baseUrlAt: (location: string) => string;
  /** The base URL of Cloud Storage. */
  readonly storageUrl: string;
  readonly http: ProviderHttp;
  readonly credentials: Credentials;
  /** For one check. */
  readonly timeoutMs: number;
}

/** A response that is not a good one: says nothing about the task, or that there is none. */
type Fault = Extract<CheckOutcome, { kind: 'unknown' | 'unavailable' }>;

/** Statuses by which Google says that it knows no such operation, in its own envelope. */
const noSuchOperation: ReadonlySet<number> = new Set([400, 404]);

/** Status requests, and the videos that their responses have or name. */
export class Operations {
  readonly #options: OperationsOptions;

  constructor(options: OperationsOptions) {
    this.#options = options;
  }

  /** One check. A response that has a video is read up to its bytes only. */
  async check({ providerTaskId, model }: CheckRequest, signal: AbortSignal): Promise<CheckOutcome> {
    const { label, timeoutMs } = this.#options;
    using deadline = new DeadlineSignal(timeoutMs);
    const bounded = AbortSignal.any([signal, deadline.signal]);
    try {
      const fetched = await this.#fetch(providerTaskId, model, bounded);
      if ('kind' in fetched) return fetched;
      const head = await readHead(fetched);
      return this.#outcomeOf(readOperation(label, model, providerTaskId, head), providerTaskId);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof JsonTooLongError) return this.#unreadable(error.message);
      if (error instanceof NoAnswerError) return noAnswer(error);
      throw error;
    }
  }

  /**
   * Opens a video by the name of its operation, whose response is fetched again, or by its `gs://` address.
   *
   * @throws an error for users; it has no secret
   */
  async openVideo(reference: string, signal: AbortSignal): Promise<OpenedVideo> {
    const { label } = this.#options;
    if (reference.startsWith('gs://')) return this.#openObject(reference, signal);
    const fetched = await this.#fetch(reference, '', signal);
    if ('kind' in fetched) throw new Error(fetched.reason);
    try {
      const { text, bytes } = await readJsonHead(fetched.body, videoMembers);
      if (bytes === null) throw new Error(`the response of ${label} has no video any more`);
      const operation = readOperation(label, '', reference, { text, bytes });
      if (operation.kind !== 'completed') throw new Error(`the response of ${label} cannot be read`);
      const body = Readable.from(bytesOfBase64(bytes), { objectMode: false });
      body.once('close', () => abandon(fetched.body));
      // The closing quote is where it ends.
      return { body, statesLength: true };
    } catch (error) {
      abandon(fetched.body);
      throw error;
    }
  }

  async #openObject(uri: string, signal: AbortSignal): Promise<OpenedVideo> {
    const { storageUrl } = this.#options;
    const [, bucket = '', object = ''] = /^gs:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
    const url = `${storageUrl}/storage/v1/b/${encodeURIComponent(bucket)}/o/${encodeURIComponent(object)}?alt=media`;
    const answer = await this.#send(url, undefined, signal);
    if ('kind' in answer) throw new Error(answer.reason);
    const { status, headers, body } = answer;
    if (status !== 200) {
      abandon(body);
      throw new Error(`Cloud Storage answers HTTP ${status} for the video`);
    }
    const statesLength =
      headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
    return { body, statesLength };
  }

  /** The good response of `fetchPredictOperation`, or what another one says. */
  async #fetch(name: string, model: string, signal: AbortSignal): Promise<OpenAnswer | Fault> {
    const { label, baseUrlAt } = this.#options;
    const place = operationPath(name, { ...this.#options, model });
    if (place === null) return this.#noSuchTask(name);
    const url = `${baseUrlAt(place.location)}/v1beta1/${place.path}:fetchPredictOperation`;
    const answer = await this.#send(url, { operationName: name }, signal);
    if ('kind' in answer || answer.status === 200) return answer;
    const { status, retryAfterMs } = answer;
    const error = googleErrorOf(parseJson((await readHead(answer)).text));
    if (status === 429 || status === 408 || status >= 500) {
      return { kind: 'unavailable', reason: `HTTP ${status}`, retryAfterMs };
    }
    if (status === 401 || status === 403) {
      return unavailable(`${label} refuses the credentials (HTTP ${status})`);
    }
    return error !== null && error.code === status && noSuchOperation.has(status)
      ? this.#noSuchTask(name)
      : this.#unreadable(`HTTP ${status}`);
  }

  async #send(url: string, json: unknown, signal: AbortSignal): Promise<OpenAnswer | Fault> {
    const { credentials, http } = this.#options;
    const authorization = await credentials.authorize();
    if (authorization.kind !== 'authorized') return unavailable(authorization.reason);
    return http.open(url, { ...(json !== undefined && { json }), headers: authorization.headers }, signal);
  }

  #outcomeOf(operation: Operation, providerTaskId: string): CheckOutcome {
    const facts = { memo: null, credits: null, echoedPrompt: null };
    switch (operation.kind) {
      case 'processing':
        return { ...facts, kind: 'processing', providerStatus: 'running', percent: null };
      case 'completed': {
        const { gcsUri } = operation;
        const source = { kind: 'provider', reference: gcsUri ?? providerTaskId, url: gcsUri } as const;
        return { ...facts, kind: 'completed', providerStatus: 'done', source };
      }
      case 'failed':
        return { ...facts, kind: 'failed', providerStatus: operation.status, error: operation.error };
      case 'unknown':
        return this.#unreadable(operation.reason);
      default:
        return operation satisfies never;
    }
  }

  #noSuchTask(providerTaskId: string): Fault {
    const { label } = this.#options;
    return {
      kind: 'unknown',
      reason: `${label} knows no operation ${providerTaskId}`,
      hint: worded(
        'NO_SUCH_TASK',
        { provider: label, providerTaskId, page: null },
        `${capitalise(label)} knows no operation ${providerTaskId}, or no longer. Make sure that the id is right: it begins ` +
          'with projects/ and has /operations/. Checking goes on.',
      ),
    };
  }

  #unreadable(reason: string): Fault {
    const { label } = this.#options;
    const hint = worded(
      'RESPONSE_UNREADABLE',
      { provider: label, reason, page: null },
      `The response of ${label} could not be read (${reason}). Checking goes on.`,
    );
    return { kind: 'unknown', reason, hint };
  }
}

/** Reads a response up to the bytes of a video, and drops the rest. */
async function readHead({ body }: OpenAnswer): Promise<JsonHead> {
  try {
    return await readJsonHead(body, videoMembers);
  } catch (error) {
    if (error instanceof JsonTooLongError) throw error;
    throw new NoAnswerError(describeFault(error), true, error);
  } finally {
    abandon(body);
  }
}

const unavailable = (reason: string): Fault => ({ kind: 'unavailable', reason, retryAfterMs: null });
