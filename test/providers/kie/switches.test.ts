import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSimulator } from '../../../src/providers/simulator/simulator.ts';
import { describeSwitches, type SwitchName } from '../../../src/providers/simulator/switches.ts';
import type { SwitchesOf } from '../simulator/kie-client.ts';
import { freePort } from '../../support/free-port.ts';
import { Caller, startKieApp, type SeenTask } from '../../support/kie-app.ts';
import { startLoopback } from '../../support/loopback.ts';
import { pointedAt, startServerWithSettableClock } from '../../support/processes.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const hmacKey = 'a key of the account';

/** Servers that differ in what the rows need; each has a simulator of its own. */
const settings = {
  jobs: {},
  veo: { KIE_CONTRACT: 'veo' },
  task: { KIE_CONTRACT: 'task' },
  /** Faults of the provider make a server ask less: those who wait for none have another. */
  faulty: {},
  hanging: { PROVIDER_TIMEOUT_MS: '8000' },
} as const;

/** Outwaited: a server whose clock is set ahead by more than the patience once each task shows what is odd. */
type Place = keyof typeof settings | 'calledBack' | 'outwaited';

interface Row {
  /** Of the prompt, beside the switch of the row. */
  readonly with: string;
  readonly at: Place;
  readonly input?: Readonly<Record<string, unknown>>;
  readonly end: Readonly<Record<string, unknown>>;
}

const completed = { stage: 'COMPLETED', error: null };
const unknown = { stage: 'SUBMISSION_UNKNOWN', providerTaskId: null };
const failed = (code: string, billed = 'NO') => ({ stage: 'FAILED', error: { code, billed } });
/** Never completed and never failed by what was said, until the patience ended. */
const gaveUp = (providerStatus: string) => ({ ...failed('GAVE_UP', 'UNKNOWN'), providerStatus });

const row = (value: string, end: Row['end'], at: Place = 'jobs', input?: Row['input']): Row => ({
  with: value,
  at,
  end,
  ...(input && { input }),
});
const creates = (codes: readonly string[], end: Row['end']) => codes.map((code) => row(`=${code}`, end));
const high = (path: string) => ({
  ...completed,
  video: { sourceUrl: expect.stringMatching(path) as string },
});

/** How tasks end, by switch: a switch without a row does not compile. Times are short: `[sim:duration=100]` is added. */
const rows: Record<
  Exclude<SwitchName, 'bot-filter' | 'outage' | 'credits' | SwitchesOf<'google'>>,
  readonly Row[]
> = {
  'create-code': [
    ...creates(['400', '400-unsafe'], failed('CONTENT_FILTERED')),
    ...creates(['400-image', '451'], failed('IMAGE_UNREACHABLE')),
    ...creates(['400-language', '422', '505'], failed('PROVIDER_REJECTED')),
    ...creates(['404', '400-model', '404-model', '422-model'], failed('MODEL_RETIRED')),
    ...creates(['401'], failed('PROVIDER_UNAUTHORIZED')),
    ...creates(['402', '433'], failed('INSUFFICIENT_CREDITS')),
    ...creates(['408', '500', '501'], unknown),
    ...creates(['429][sim:times=1', '455][sim:times=1'], completed),
  ],
  'create-http': [
    ...creates(['403'], failed('PROVIDER_UNAUTHORIZED')),
    ...creates(['500', '502'], unknown),
    ...creates(['429][sim:times=1'], completed),
  ],
  'create-drop': [row('', unknown)],
  'create-cut': [row('', unknown)],
  'create-accept-500': [row('', unknown)],
  'create-hang': [row('', unknown, 'hanging')],
  'create-late': [row('=300', completed)],
  'create-html': [row('', unknown)],
  'create-no-id': [row('', unknown)],
  'create-reset': [row('', unknown)],
  fail: [row('', failed('PROVIDER_FAILED')), row('', failed('PROVIDER_FAILED'), 'veo')],
  filtered: [row('', failed('CONTENT_FILTERED')), row('', failed('CONTENT_FILTERED'), 'veo')],
  'upstream-failed': [row('', failed('PROVIDER_FAILED')), row('', failed('PROVIDER_FAILED'), 'veo')],
  'dead-image': [row('', failed('IMAGE_UNREACHABLE')), row('', failed('IMAGE_UNREACHABLE'), 'veo')],
  stuck: [row('', gaveUp('waiting'), 'outwaited')],
  'result-urls-string': [row('', completed), row('', completed, 'veo')],
  'result-urls-top': [row('', completed, 'veo')],
  'result-json-object': [row('', completed)],
  'first-frame': [row('', completed)],
  'param-object': [row('', completed)],
  'text-times': [row('', completed), row('', completed, 'veo')],
  'null-data': [
    row('', gaveUp('unknown'), 'outwaited'),
    row('][sim:times=2', completed),
    row('][sim:times=2', completed, 'veo'),
  ],
  'wrong-id': [row('', gaveUp('unknown'), 'outwaited'), row('][sim:times=2', completed, 'veo')],
  'credits-consumed': [row('', { ...completed, cost: { amount: 0.15, credits: 30, settled: true } }, 'veo')],
  'no-credits-consumed': [row('', { ...completed, cost: { amount: 0.15, credits: 30, settled: false } })],
  'odd-state': [row('', gaveUp('unknown'), 'outwaited'), row('][sim:times=2', completed, 'veo')],
  'no-url': [row('', gaveUp('unknown'), 'outwaited'), row('][sim:times=2', completed, 'veo')],
  'origin-only': [row('', gaveUp('unknown'), 'outwaited', { resolution: 'P1080' })],
  'base-first': [
    row('', high(String.raw`/v/[^_]+_\d+\.mp4$`), 'jobs', { resolution: 'P1080' }),
    row('', high('/p/'), 'veo', { resolution: 'P1080' }),
    row('', high(String.raw`_1\.mp4$`), 'veo', { resolution: 'P2160' }),
    row('', high('/s/'), 'veo', { resolution: 'P720' }),
    row('][sim:seed-route', high('/p/'), 'task', { resolution: 'P1080' }),
  ],
  'upgrade-unavailable': [
    row('][sim:base-first', failed('PROVIDER_FAILED', 'YES'), 'veo', { resolution: 'P2160' }),
  ],
  'market-record': [
    row('', completed),
    row('][sim:fail', failed('PROVIDER_FAILED')),
    row('', completed, 'jobs', { resolution: 'P1080' }),
  ],
  'market-result': [
    row('', high(String.raw`/v/[^_]+_\d+\.mp4$`)),
    row('', high(String.raw`/v/[^_]+_\d+\.mp4$`), 'jobs', { resolution: 'P1080' }),
    row('][sim:market-record', completed),
  ],
  'market-failure': [
    ...['content', 'policy', 'person'].map((word) => row(`=${word}`, failed('CONTENT_FILTERED'))),
    ...['image', 'download'].map((word) => row(`=${word}`, failed('IMAGE_UNREACHABLE'))),
    ...['internal', 'audio'].map((word) => row(`=${word}`, failed('PROVIDER_FAILED'))),
    row('=credits', failed('INSUFFICIENT_CREDITS')),
    row('=retired][sim:market-record', failed('MODEL_RETIRED')),
  ],
  'check-malformed': [row('', gaveUp('unknown'), 'outwaited'), row('][sim:times=2', completed)],
  'check-html': [row('', gaveUp('unknown'), 'outwaited'), row('][sim:times=2', completed)],
  'check-huge': [row('][sim:times=2', completed, 'faulty')],
  'check-hang': [row('][sim:times=1', completed, 'hanging')],
  'check-drop': [row('][sim:times=2', completed, 'faulty')],
  'file-picky': [row('', completed)],
  'file-expired': [row('', gaveUp('success'), 'outwaited')],
  'file-html': [row('', gaveUp('success'), 'outwaited'), row('][sim:times=1', completed)],
  'file-cut': [row('', gaveUp('success'), 'outwaited'), row('][sim:times=1', completed)],
  'file-no-range': [row('', completed)],
  'file-slow': [row('', completed)],
  'file-octet-stream': [row('', completed)],
  'seed-route': [
    row('', { ...completed, providerStatus: 'completed' }, 'task'),
    row('][sim:fail', failed('PROVIDER_FAILED'), 'task'),
    // Without it, as at Kie: found on the contract on which it was made.
    { with: '-', at: 'task', end: { ...completed, providerStatus: 'successFlag 1' } },
  ],
  'check-code': [
    ...['401', '404', '408', '422', '429', '433', '455', '500', '505'].map((code) =>
      row(`=${code}][sim:times=1`, completed, 'faulty'),
    ),
    row('=501', failed('PROVIDER_FAILED'), 'faulty'),
  ],
  'check-http': ['401', '403', '404', '429', '500', '502'].map((status) =>
    row(`=${status}][sim:retry-after=0][sim:times=1`, completed, 'faulty'),
  ),
  'result-url': [row('=http://169.254.169.254/latest.mp4', gaveUp('success'), 'outwaited')],
  'file-redirect': [
    row('=SAMPLE', completed),
    row('=http://127.0.0.2:9/x.mp4', gaveUp('success'), 'outwaited'),
  ],
  'file-http': [row('=500', gaveUp('success'), 'outwaited'), row('=503][sim:times=1', completed)],
  duration: [row('=400', completed)],
  times: [row('=1][sim:file-http', completed)],
  'callback-none': [row('', completed, 'calledBack')],
  'callback-late': [row('=500', completed, 'calledBack')],
  'callback-twice': [row('', completed, 'calledBack')],
  'callback-early': [row('', completed, 'calledBack')],
  'callback-forged': [row('', high('^http://127.0.0.1'), 'calledBack')],
  'callback-unsigned': [row('', completed, 'calledBack')],
  'retry-after': [row('=1][sim:create-http=429][sim:times=1', completed)],
};

const all = Object.entries(rows).flatMap(([name, list]) =>
  list.map((one) => ({
    ...one,
    name,
    title: one.with === '-' ? `no ${name}` : `${name}${one.with}`.replaceAll('][sim:', ', '),
  })),
);

/** On a busy machine. */
const deadlineMs = 30_000;

const isOver = ({ stage }: SeenTask) => /^(COMPLETED|FAILED|CANCELED|SUBMISSION_UNKNOWN)$/.test(stage);

describe('a task with', () => {
  const callers = new Map<Place, Caller>();
  const stack = new AsyncDisposableStack();
  const ids: Promise<string>[] = [];

  beforeAll(async () => {
    const video = await readFile(
      new URL('../../../src/providers/simulator/samples/16x9.mp4', import.meta.url),
    );
    const sample = stack.use(await startLoopback((_request, response) => response.end(video)));
    const port = String(await freePort());
    const calledBack = {
      PORT: port,
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      KIE_WEBHOOK_HMAC_KEY: hmacKey,
      KIE_POLL_INTERVAL_MS: '500',
    };
    const simulation = { durationMs: 100, hmacKey };
    for (const [name, env] of Object.entries({ ...settings, calledBack })) {
      const app = stack.use(await startKieApp(env, { ...simulation, allowHosts: [sample.host] }));
      callers.set(name as Place, app.as());
    }
    const folder = stack.use(await temporaryFolder());
    const simulator = stack.use(await startSimulator(simulation));
    const outwaited = stack.use(
      await startServerWithSettableClock({
        ...pointedAt(simulator, folder.path),
        CLOCK_JUMP_MS: String(7 * 3_600_000),
      }),
    );
    callers.set('outwaited', new Caller(outwaited.url));
    for (const { name, with: more, at, input } of all) {
      const marker = more === '-' ? '' : `[sim:${name}${more}]`.replace('SAMPLE', `${sample.url}/v.mp4`);
      const made = callers.get(at)?.make(`fox ${ids.length} ${marker}`, input);
      ids.push(made?.then(({ id }) => id) ?? Promise.reject(new Error(at)));
    }
    await Promise.all(ids);
    for (const [index, { at, end }] of all.entries()) {
      if (at !== 'outwaited') continue;
      const shows = ({ providerStatus }: SeenTask) => providerStatus === end['providerStatus'];
      await callers.get(at)?.until((await ids[index]) ?? '', 'what is odd', shows, deadlineMs);
    }
    process.kill(outwaited.pid, 'SIGUSR2');
  }, 3 * deadlineMs);
  afterAll(() => stack.disposeAsync());

  it.each(all.map((one, index) => ({ ...one, index })))(
    '$title at $at with $input ends $end.stage',
    // All began together: who is last has waited for the slowest.
    { timeout: deadlineMs + 5000 },
    async ({ at, end, index }) => {
      const id = (await ids[index]) ?? '';
      const task = await callers.get(at)?.until(id, 'its end', isOver, deadlineMs);
      expect(task).toMatchObject(end);
    },
  );
});

describe("what is odd at the seed's route", () => {
  it('ends no task, whichever switch it is', async () => {
    await using app = await startKieApp({ KIE_CONTRACT: 'task' }, { durationMs: 100 });
    const caller = app.as();
    const tasks = await Promise.all(
      ['null-data', 'wrong-id', 'odd-state', 'no-url', 'origin-only'].map((name) =>
        caller.make(`fox [sim:seed-route][sim:${name}]`, { resolution: 'P1080' }),
      ),
    );
    // A round asks up to three routes: the later ones fall long after the end.
    const later = ({ checks, stage }: SeenTask) => checks > 4 || stage !== 'GENERATING';
    for (const { id } of tasks) {
      await caller.until(id, 'an id', ({ providerTaskId }) => providerTaskId !== null);
      expect(await caller.until(id, 'checks', later)).toMatchObject({
        stage: 'GENERATING',
        providerStatus: 'unknown',
        hint: expect.any(String) as string,
      });
    }
  });
});

describe('a whole process with', () => {
  it.each([
    ['bot-filter', completed],
    ['outage=1000', completed],
    ['credits=0', failed('INSUFFICIENT_CREDITS')],
  ])('%s ends its tasks as they should', async (switched, end) => {
    await using app = await startKieApp({}, { durationMs: 100, behaviours: [switched] });
    const { id } = await app.as().make('fox');
    expect(await app.as().until(id, 'its end', isOver)).toMatchObject(end);
  });

  it('a header instead of a marker does the same', async () => {
    await using app = await startKieApp({}, { durationMs: 100 });
    const create = await fetch(`${app.simulator.url}/api/v1/jobs/createTask`, {
      method: 'POST',
      headers: { authorization: 'Bearer k', 'x-simulator': 'filtered' },
      body: JSON.stringify({ model: 'veo-3-1', input: { prompt: 'fox' } }),
    });
    const { data } = (await create.json()) as { data: { taskId: string } };
    const { task } = await app.as().track(data.taskId);
    expect(await app.as().until(task?.id ?? '', 'its end', isOver)).toMatchObject(failed('CONTENT_FILTERED'));
  });

  it('--help lists every switch', async () => {
    const main = fileURLToPath(new URL('../../../src/providers/simulator/main.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [main, '--help']);
    const lines = describeSwitches().split('\n');
    expect(lines.filter((line) => !stdout.includes(line))).toEqual([]);
  });
});
