import {
  startSimulator,
  type Simulator,
  type SimulatorOptions,
} from '../../src/providers/simulator/simulator.ts';
import { queryAt, startTestApp } from './start-app.ts';
import { waitFor } from './wait-for.ts';

/** The fields of a task that tests read. */
export interface SeenTask {
  readonly id: string;
  readonly status: string;
  readonly stage: string;
  readonly providerTaskId: string | null;
  readonly providerStatus: string | null;
  readonly prompt: string;
  readonly userPrompt: string | null;
  readonly label: string | null;
  readonly group: string | null;
  readonly hint: string | null;
  readonly checks: number;
  readonly videoUrl: string | null;
  readonly video: { readonly sourceUrl: string | null } | null;
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly retryable: boolean;
    readonly billed: string;
  } | null;
  readonly cost: {
    readonly amount: number;
    readonly credits: number | null;
    readonly settled: boolean;
  } | null;
  readonly retryOf: { readonly id: string } | null;
  readonly history: readonly { readonly stage: string; readonly reason: string | null }[];
}

/** What a command answers. */
export interface SeenResult {
  readonly task: SeenTask | null;
  readonly userErrors: readonly { readonly code: string; readonly field: readonly string[] | null }[];
}

const fields = `id status stage providerTaskId providerStatus prompt userPrompt label group hint checks videoUrl video { sourceUrl }
  error { code message retryable billed } cost { amount credits settled } retryOf { id } history { stage reason }`;

/** A caller of a server, as one owner. */
export class Caller {
  readonly #url: string;
  readonly #key: string | undefined;

  constructor(url: string, key?: string) {
    this.#url = url;
    this.#key = key;
  }

  query<T>(query: string, variables?: Record<string, unknown>): Promise<T> {
    return queryAt<T>(this.#url, query, variables, this.#key);
  }

  /** Calls a mutation that answers a task, with its arguments written as `name: $name`. */
  async call(
    field: string,
    variables: Readonly<Record<string, readonly [type: string, value: unknown]>>,
  ): Promise<SeenResult> {
    const names = Object.entries(variables);
    const declared = names.map(([name, [type]]) => `$${name}: ${type}`).join(', ');
    const passed = names.map(([name]) => `${name}: $${name}`).join(', ');
    const answer = await this.query<Record<string, SeenResult>>(
      `mutation (${declared}) { ${field}(${passed}) { task { ${fields} } userErrors { code field } } }`,
      Object.fromEntries(names.map(([name, [, value]]) => [name, value])),
    );
    const result = answer[field];
    if (result === undefined) throw new Error(JSON.stringify(answer));
    return result;
  }

  generate(input: Record<string, unknown>): Promise<SeenResult> {
    return this.call('generateVideo', { input: ['GenerateVideoInput!', input] });
  }

  /** Takes a video and answers its task. */
  async make(prompt: string, more: Record<string, unknown> = {}): Promise<SeenTask> {
    return taken(await this.generate({ prompt, ...more }));
  }

  /** A command that takes an id alone. */
  byId(field: string, id: string): Promise<SeenResult> {
    return this.call(field, { id: ['ID!', id] });
  }

  track(providerTaskId: string, more: Record<string, unknown> = {}): Promise<SeenResult> {
    const input = { provider: 'KIE', providerTaskId, ...more };
    return this.call('trackVideoTask', { input: ['TrackVideoTaskInput!', input] });
  }

  resolve(id: string, resolution: Record<string, unknown>): Promise<SeenResult> {
    return this.call('resolveSubmission', {
      id: ['ID!', id],
      resolution: ['SubmissionResolution!', resolution],
    });
  }

  async delete(id: string): Promise<{ deletedId: string | null; userErrors: { code: string }[] }> {
    const { deleteVideoTask } = await this.query<{
      deleteVideoTask: { deletedId: string | null; userErrors: { code: string }[] };
    }>('mutation ($id: ID!) { deleteVideoTask(id: $id) { deletedId userErrors { code } } }', { id });
    return deleteVideoTask;
  }

  async task(id: string): Promise<SeenTask | null> {
    const { videoTask } = await this.query<{ videoTask: SeenTask | null }>(
      `query ($id: ID!) { videoTask(id: $id) { ${fields} } }`,
      { id },
    );
    return videoTask;
  }

  /** Waits until a task meets the condition. */
  async until(
    id: string,
    what: string,
    isWanted: (task: SeenTask) => boolean,
    deadlineMs?: number,
  ): Promise<SeenTask> {
    const task = await waitFor(
      what,
      () => this.task(id),
      (seen) => seen !== null && isWanted(seen),
      deadlineMs,
    );
    if (task === null) throw new Error('It is gone');
    return task;
  }

  /** Waits until a task is in a stage. */
  untilStage(id: string, stage: string): Promise<SeenTask> {
    return this.until(id, stage, (task) => task.stage === stage);
  }
}

/** The task of a command that took effect. */
export function taken({ task, userErrors }: SeenResult): SeenTask {
  if (task === null) throw new Error(JSON.stringify(userErrors));
  return task;
}

/** A server with Kie as its provider, and a simulator that plays Kie. */
export interface KieApp extends AsyncDisposable {
  readonly url: string;
  readonly simulator: Simulator;
  /** Without authentication, the only owner; otherwise the holder of the key. */
  as(key?: string): Caller;
}

/** Starts both in this process, with settings that make tests short. */
export async function startKieApp(
  env: Record<string, string> = {},
  {
    allowHosts = [],
    ...simulation
  }: Partial<SimulatorOptions> & { readonly allowHosts?: readonly string[] } = {},
): Promise<KieApp> {
  await using stack = new AsyncDisposableStack();
  const simulator = stack.use(await startSimulator({ durationMs: 200, createsPer10s: 0, ...simulation }));
  const app = stack.use(
    await startTestApp({
      PROVIDERS: 'kie',
      KIE_API_KEY: 'k',
      KIE_BASE_URL: simulator.url,
      KIE_UPLOAD_URL: simulator.url,
      KIE_CREATES_PER_10S: '0',
      FETCH_ALLOW_HOSTS: [new URL(simulator.url).host, ...allowHosts].join(','),
      ...env,
    }),
  );
  const running = stack.move();
  return {
    url: app.url,
    simulator,
    as: (key) => new Caller(app.url, key),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
