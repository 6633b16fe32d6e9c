import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GoogleApi } from '../../src/providers/google/google-api.ts';
import { createGoogleProvider } from '../../src/providers/google/google-provider.ts';
import { OmniApi } from '../../src/providers/google/omni/omni-api.ts';
import type {
  CheckOutcome,
  SubmitOutcome,
  VideoProvider,
  VideoSource,
} from '../../src/providers/provider.ts';
import { startSimulator, type Simulator } from '../../src/providers/simulator/simulator.ts';
import { freePort } from '../support/free-port.ts';
import { kieProviderAt } from '../support/kie-provider.ts';
import { checkOf, operation, submitOf, vertexApiAt } from '../support/vertex-api.ts';
import { waitFor } from '../support/wait-for.ts';

const sample = await readFile(new URL('../../src/providers/simulator/samples/16x9.mp4', import.meta.url));
const timeoutMs = 300;
const secret = 'secret-key-of-the-account';
const { signal } = new AbortController();

/** A provider, on one of its wires. */
interface Contestant {
  readonly name: string;
  readonly model: string;
  /** What a failed task is billed, as far as the provider documents it. */
  readonly billed: 'NO' | 'UNKNOWN';
  /** An id in its form that it does not know. */
  readonly unknownId: string;
  readonly at: (url: string) => VideoProvider;
}

const kie = (contract: 'jobs' | 'veo' | 'task'): Contestant => ({
  name: `Kie, ${contract}`,
  model: 'veo3_fast',
  billed: 'NO',
  unknownId: 'f'.repeat(32),
  at: (url) => kieProviderAt(url, { contract, timeoutMs, apiKey: secret }),
});

const google = (api: GoogleApi): VideoProvider =>
  createGoogleProvider({ name: 'GOOGLE', label: 'Google', pollIntervalMs: 1000, apis: [api] });

/** Every implementation; a new one joins here. */
const contestants: readonly Contestant[] = [
  kie('jobs'),
  kie('veo'),
  kie('task'),
  {
    name: 'Google, Vertex',
    model: 'veo-3.1-fast-generate-001',
    billed: 'NO',
    unknownId: operation,
    at: (url) => google(vertexApiAt(url, { timeoutMs, accessToken: secret })),
  },
  {
    name: 'Google, Omni',
    model: 'gemini-omni-1.2-flash',
    billed: 'UNKNOWN',
    unknownId: 'v1_no-such-interaction',
    at: (url) => google(new OmniApi({ label: 'Google', apiKey: secret, baseUrl: url, timeoutMs })),
  },
];

describe.each(contestants)('$name', ({ model, billed, unknownId, at }) => {
  let simulator: Simulator;
  let provider: VideoProvider;
  beforeAll(async () => {
    simulator = await startSimulator({ durationMs: 20, createsPer10s: 0 });
    provider = at(simulator.url);
  });
  afterAll(async () => {
    await provider[Symbol.asyncDispose]();
    await simulator[Symbol.asyncDispose]();
  });

  const submit = (prompt: string, mayStart = () => true): Promise<SubmitOutcome> =>
    // Kie's old contract answers at the seed's path where it is asked to.
    provider.submit(submitOf({ model, prompt: `${prompt} [sim:seed-route]` }), { signal, mayStart });

  const accepted = async (prompt: string): Promise<string> => {
    const outcome = await submit(prompt);
    if (outcome.kind !== 'accepted') throw new Error(JSON.stringify(outcome));
    return outcome.providerTaskId;
  };
  const check = (id: string) => provider.check({ ...checkOf(id), model }, signal);
  const end = (id: string): Promise<CheckOutcome> =>
    waitFor(
      'an end',
      () => check(id),
      ({ kind }) => kind !== 'processing',
    );

  const bytesOf = async (source: VideoSource): Promise<Buffer> => {
    const opened = source.kind === 'url' ? source : await provider.openVideo?.(source.reference, signal);
    if (opened === undefined) throw new Error('It opens no videos');
    return 'body' in opened
      ? buffer(opened.body)
      : Buffer.from(await (await fetch('url' in opened ? opened.url : opened.redirectedTo)).arrayBuffer());
  };

  it('makes a video, whose bytes are those that were made', async () => {
    const id = await accepted('fox');
    const outcome = await end(id);
    if (outcome.kind !== 'completed') throw new Error(JSON.stringify(outcome));
    const { source } = outcome;
    const bytes = await bytesOf(source);
    expect(bytes.equals(sample)).toBe(true);
    // Again, as after a crash: nothing was used up.
    expect(await check(id)).toMatchObject({ kind: 'completed', source: { kind: source.kind } });
  });

  it('reports a task as processing while it runs', async () => {
    const id = await accepted('fox [sim:duration=60000]');
    expect(await check(id)).toMatchObject({
      kind: 'processing',
      providerStatus: expect.any(String) as string,
    });
  });

  it.each([
    ['filtered', 'CONTENT_FILTERED'],
    ['fail', 'PROVIDER_FAILED'],
  ])('reports the end %s as %s, with what is known of its bill', async (name, code) => {
    const outcome = await end(await accepted(`fox [sim:${name}]`));
    expect(outcome).toMatchObject({ kind: 'failed', error: { code, billed } });
  });

  it('reports an id that it does not know as unknown, with what to do', async () => {
    expect(await check(unknownId)).toMatchObject({
      kind: 'unknown',
      hint: { text: expect.stringContaining(unknownId) as string, messages: [{ code: 'NO_SUCH_TASK' }] },
    });
  });

  it.each(['wrong-id', 'odd-state', 'no-url', 'check-html', 'check-malformed', 'check-huge', 'null-data'])(
    'neither completes nor fails a task by a response of the kind %s',
    async (name) => {
      const id = await accepted(`fox [sim:${name}]`);
      const outcome = await end(id);
      // A video that comes before the nonsense is one all the same.
      const mayBeWhole = ['check-malformed', 'check-huge'].includes(name);
      expect(['unknown', 'unavailable', ...(mayBeWhole ? ['completed'] : [])]).toContain(outcome.kind);
    },
  );

  it.each(['check-http=429', 'check-http=500', 'check-http=503', 'check-drop', 'check-hang'])(
    'says nothing about a task after a fault such as %s',
    async (name) => {
      const id = await accepted(`fox [sim:${name}]`);
      expect(await check(id)).toMatchObject({ kind: 'unavailable' });
    },
  );

  it.each([
    'create-drop',
    'create-cut',
    'create-accept-500',
    'create-html',
    'create-no-id',
    'create-hang',
    'create-reset',
    'create-http=500',
    'create-http=502',
    'create-http=503',
  ])('sends a create once, and does not know its outcome after %s', async (name) => {
    const before = simulator.stats.createsReceived;
    const outcome = await submit(`owl [sim:${name}]`);
    // An id that came before the cut is proof enough.
    expect(name === 'create-cut' ? ['unknown', 'accepted'] : ['unknown']).toContain(outcome.kind);
    expect(JSON.stringify(outcome)).not.toContain(secret);
    expect(simulator.stats.createsReceived).toBe(before + 1);
  });

  it('holds a create back that is rejected for its rate, and waits as long as it is told', async () => {
    const outcome = await submit('cat [sim:create-http=429] [sim:retry-after=9]');
    expect(outcome).toMatchObject({ kind: 'notSent', cause: 'notNow', retryAfterMs: 9000 });
  });

  it('sends nothing once its lease is over', async () => {
    const before = simulator.stats.createsReceived;
    expect(await submit('hen', () => false)).toMatchObject({ kind: 'notSent', cause: 'task' });
    expect(simulator.stats.createsReceived).toBe(before);
  });

  it('asks for the lease once, when the connection is open', async () => {
    let asked = 0;
    await submit('hen', () => {
      asked += 1;
      return true;
    });
    expect(asked).toBe(1);
  });

  it('knows that nothing was sent where no one listens', async () => {
    await using lonely = at(`http://127.0.0.1:${await freePort()}`);
    const request = { signal, mayStart: () => true };
    expect(await lonely.submit(submitOf({ model }), request)).toMatchObject({
      kind: 'notSent',
      cause: 'unreachable',
    });
    expect(await lonely.check({ ...checkOf(unknownId), model }, signal)).toMatchObject({
      kind: 'unavailable',
    });
  });

  it('says that its key is refused, and of a task nothing', async () => {
    await using strict = await startSimulator({ durationMs: 0, apiKey: 'another-key' });
    await using stranger = at(strict.url);
    const outcome = await stranger.submit(submitOf({ model }), { signal, mayStart: () => true });
    expect(outcome).toMatchObject({
      kind: 'refused',
      error: { code: 'PROVIDER_UNAUTHORIZED', billed: 'NO' },
    });
    expect(await stranger.check({ ...checkOf(unknownId), model }, signal)).toMatchObject({
      kind: 'unavailable',
    });
    expect(JSON.stringify(outcome)).not.toContain(secret);
  });

  it('ends at the abort of its signal', async () => {
    const id = await accepted('fox [sim:check-hang]');
    const abort = new AbortController();
    const asked = provider.check({ ...checkOf(id), model }, abort.signal).catch(() => ({ kind: 'ended' }));
    abort.abort();
    expect(['unavailable', 'ended']).toContain((await asked).kind);
  });
});
