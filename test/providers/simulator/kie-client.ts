import {
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from '../../../src/providers/simulator/simulator.ts';
import type { SWITCHES, SwitchPlace } from '../../../src/providers/simulator/switch-table.ts';
import type { Contract } from '../../../src/providers/simulator/kie/task/task-id.ts';

/** The names of all switches of a place: a table typed by it cannot miss one. */
export type SwitchesOf<P extends SwitchPlace> = Extract<(typeof SWITCHES)[number], { place: P }>['name'];

/** What a client saw of an answer; `broken` if the connection ended before the answer did. */
export interface Seen {
  readonly status: number | undefined;
  readonly type: string | null;
  readonly text: string;
  readonly broken: boolean;
}

/** A request; the key is added to its headers. */
export interface Init {
  readonly method?: string;
  readonly body?: string | FormData;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A simulator whose clock is still until it is advanced, and a client that takes everything as it comes. */
export interface Clocked extends AsyncDisposable {
  readonly simulator: Simulator;
  advance(ms: number): void;
  send(path: string, init?: Init): Promise<Seen>;
  /** Creates a task and gives back its id, which an answer may have hidden. */
  create(
    contract: Contract,
    prompt: string,
    more?: object,
    headers?: Record<string, string>,
  ): Promise<string>;
  check(contract: Contract, id: string): Promise<Seen>;
}

/** 2026-11-20 in milliseconds. */
export const startOfTime = 1_795_132_800_123;

/** Reads a response to its end, or to where it breaks. */
export async function see(response: Promise<Response>): Promise<Seen> {
  let answer: Response;
  try {
    answer = await response;
  } catch {
    return { status: undefined, type: null, text: '', broken: true };
  }
  const { status } = answer;
  const type = answer.headers.get('content-type');
  let text = '';
  try {
    for await (const chunk of answer.body ?? []) {
      const bytes: unknown = chunk;
      // One character per byte, so that lengths and positions are those of the bytes.
      if (bytes instanceof Uint8Array) text += Buffer.from(bytes).toString('latin1');
    }
    return { status, type, text, broken: false };
  } catch {
    return { status, type, text, broken: true };
  }
}

/** The path and the body of a create on a contract. */
export function createBody(
  contract: Contract,
  prompt: string,
  more: object = {},
  callBackUrl?: string,
): { path: string; body: string } {
  const [path, body] =
    contract === 'jobs'
      ? ['/api/v1/jobs/createTask', { model: 'veo-3-1', input: { prompt, ...more }, callBackUrl }]
      : ['/api/v1/veo/generate', { prompt, ...more, callBackUrl }];
  return { path, body: JSON.stringify(body) };
}

/** The path of a contract's query. */
export function queryPath(contract: Contract, id: string): string {
  return `/api/v1/${contract === 'jobs' ? 'jobs/recordInfo' : 'veo/record-info'}?taskId=${id}`;
}

/** Starts a simulator of 10 s per task at a clock that the test moves. */
export async function startClocked(options: Partial<SimulatorOptions> = {}): Promise<Clocked> {
  let now = startOfTime;
  const simulator = await startSimulator({ durationMs: 10_000, now: () => now, ...options });
  const send = (path: string, init: Init = {}): Promise<Seen> =>
    see(
      fetch(new URL(path, simulator.url), {
        redirect: 'manual',
        ...init,
        headers: { authorization: 'Bearer key', ...init.headers },
      }),
    );
  return {
    simulator,
    send,
    advance: (ms) => {
      now += ms;
    },
    async create(contract, prompt, more, headers = {}) {
      const before = Object.keys(simulator.stats.tasks);
      const { path, body } = createBody(contract, prompt, more);
      const seen = await send(path, { method: 'POST', body, headers });
      const id = Object.keys(simulator.stats.tasks).find((known) => !before.includes(known));
      if (id === undefined) throw new Error(`Not accepted: ${seen.status} ${seen.text}`);
      return id;
    },
    check: (contract, id) => send(queryPath(contract, id)),
    [Symbol.asyncDispose]: () => simulator[Symbol.asyncDispose](),
  };
}

/** Waits until a condition holds; prints what was seen when it does not come true in 10 s. */
export async function until(condition: () => boolean | Promise<boolean>, seen: () => unknown): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Never came true. Seen: ${JSON.stringify(seen())}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Parses a JSON text whose shape the test asserts itself. */
export function json(text: string): unknown {
  return JSON.parse(text);
}
