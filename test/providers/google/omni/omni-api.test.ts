import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { OmniApi } from '../../../../src/providers/google/omni/omni-api.ts';
import type { ProviderImage, SubmitRequest } from '../../../../src/providers/provider.ts';
import { startSimulator, type SimulatorOptions } from '../../../../src/providers/simulator/simulator.ts';
import { startLoopback } from '../../../support/loopback.ts';

const key = 'sk-secret-1234';

async function start(options: Partial<SimulatorOptions> = {}, timeoutMs = 5000) {
  await using stack = new AsyncDisposableStack();
  const simulator = stack.use(await startSimulator({ durationMs: 0, apiKey: key, ...options }));
  const omni = stack.use(new OmniApi({ label: 'Google', apiKey: key, baseUrl: simulator.url, timeoutMs }));
  const { signal } = new AbortController();
  const submit = (prompt: string, more: Partial<SubmitRequest> = {}) =>
    omni.submit({ ...request, prompt, ...more }, { signal, mayStart: () => true });
  const check = (id: string) => omni.check({ ...checked, providerTaskId: id }, signal);
  const make = async (prompt: string) => {
    const outcome = await submit(prompt);
    if (outcome.kind !== 'accepted') throw new Error(JSON.stringify(outcome));
    return outcome.providerTaskId;
  };
  const running = stack.move();
  return {
    simulator,
    omni,
    signal,
    submit,
    check,
    make,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

const request: SubmitRequest = {
  model: 'gemini-omni-1.2-flash',
  prompt: 'a cat',
  images: [],
  imagesAs: 'AUTO',
  negativePrompt: null,
  audio: null,
  aspectRatio: 'LANDSCAPE_16_9',
  durationSeconds: 8,
  resolution: 'P720',
  seed: null,
  providerOptions: null,
  callbackUrl: null,
};
const checked = {
  model: request.model,
  resolution: null,
  memo: null,
  callbackUrl: null,
  mayOrder: () => false,
};

const upload = (bytes: Uint8Array<ArrayBuffer>): ProviderImage => ({
  kind: 'upload',
  uploadId: 'u',
  fileName: 'u.png',
  contentType: 'image/png',
  open: () => Promise.resolve(new Blob([bytes])),
});

describe('a paid create of Omni', () => {
  it.each([
    ['create-http=429', { kind: 'notSent', cause: 'notNow', retryAfterMs: 1000 }, 0],
    ['create-http=500', { kind: 'unknown' }, 0],
    ['create-http=502', { kind: 'unknown' }, 0],
    ['create-http=503', { kind: 'unknown' }, 0],
    ['create-http=403', { kind: 'refused', error: { code: 'PROVIDER_UNAUTHORIZED' } }, 0],
    ['create-reset', { kind: 'unknown' }, 0],
    ['google-retired', { kind: 'refused', error: { code: 'MODEL_RETIRED' } }, 0],
    ['create-drop', { kind: 'unknown' }, 1],
    ['create-accept-500', { kind: 'unknown' }, 1],
    ['create-hang', { kind: 'unknown' }, 1],
    ['create-html', { kind: 'unknown' }, 1],
    ['create-no-id', { kind: 'unknown' }, 1],
    ['create-cut', { kind: 'accepted' }, 1],
    ['create-late=300', { kind: 'accepted' }, 1],
  ])('is sent once, and proves what it can: %s', async (name, outcome, accepted) => {
    await using google = await start({}, name === 'create-hang' ? 300 : 5000);
    expect(await google.submit(`a cat [sim:${name}]`)).toMatchObject(outcome);
    const { createsReceived, createsAccepted } = google.simulator.stats;
    expect([createsReceived, createsAccepted]).toEqual([1, accepted]);
  });

  it('is not sent when it may not start, nor to where nobody listens', async () => {
    await using google = await start();
    const stopped = await google.omni.submit(request, { signal: google.signal, mayStart: () => false });
    expect(stopped).toMatchObject({ kind: 'notSent', cause: 'task' });
    expect(google.simulator.stats.createsReceived).toBe(0);
    await google.simulator[Symbol.asyncDispose]();
    expect(await google.submit('a cat')).toMatchObject({ kind: 'notSent', cause: 'unreachable' });
  });

  it('carries its images as base64, read while it is sent', async () => {
    const bytes = new Uint8Array(200_001).fill(7);
    let sent: { input?: readonly { data?: string }[] } = {};
    await using server = await startLoopback((incoming, response) => {
      let text = '';
      incoming
        .on('data', (part: Buffer) => (text += part.toString()))
        .on('end', () => {
          sent = JSON.parse(text) as typeof sent;
          response.end('{"id":"v1_a","status":"in_progress"}');
        });
    });
    await using omni = new OmniApi({ label: 'Google', apiKey: key, baseUrl: server.url, timeoutMs: 5000 });
    const images = [upload(bytes), upload(bytes)];
    const outcome = await omni.submit(
      { ...request, images, imagesAs: 'FIRST_AND_LAST_FRAME' },
      { signal: new AbortController().signal, mayStart: () => true },
    );
    expect(outcome).toMatchObject({ kind: 'accepted', providerTaskId: 'v1_a' });
    const base64 = Buffer.from(bytes).toString('base64');
    expect(sent.input?.map(({ data }) => data === base64)).toEqual([true, true, false]);
  });

  it('is not sent without the images that were asked for', async () => {
    await using google = await start();
    const outcome = await google.submit('a cat', { images: [{ kind: 'url', url: 'https://x.test/a.png' }] });
    expect([outcome.kind, google.simulator.stats.createsReceived]).toEqual(['notSent', 0]);
  });

  it('quotes no key in what it says of a response that proves nothing', async () => {
    await using server = await startLoopback((_incoming, response) => {
      response.statusCode = 500;
      response.end(`{"error":{"message":"key ${key}"}}`);
    });
    await using omni = new OmniApi({ label: 'Google', apiKey: key, baseUrl: server.url, timeoutMs: 5000 });
    const outcome = await omni.submit(request, {
      signal: new AbortController().signal,
      mayStart: () => true,
    });
    expect(outcome.kind).toBe('unknown');
    expect(JSON.stringify(outcome)).not.toContain(key);
  });
});

describe('a check of Omni', () => {
  it.each([
    ['stuck', { kind: 'processing', providerStatus: 'in_progress' }],
    ['filtered', { kind: 'failed', error: { code: 'CONTENT_FILTERED' } }],
    ['fail', { kind: 'failed', error: { code: 'PROVIDER_FAILED' } }],
    ['google-errors=safety', { kind: 'failed', error: { code: 'CONTENT_FILTERED' } }],
    ['google-status=requires_action', { kind: 'failed', error: { code: 'PROVIDER_FAILED' } }],
    ['google-status=incomplete', { kind: 'failed', error: { code: 'PROVIDER_FAILED' } }],
    ['google-status=budget_exceeded', { kind: 'failed', error: { code: 'PROVIDER_FAILED' } }],
    ['google-poll=task', { kind: 'failed', error: { code: 'PROVIDER_REJECTED' } }],
    ['google-poll=filtered', { kind: 'failed', error: { code: 'CONTENT_FILTERED' } }],
    ['google-poll=credentials', { kind: 'unavailable' }],
    ['google-poll=numeric', { kind: 'unknown' }],
    ['google-poll=page', { kind: 'unknown' }],
    ['google-file=processing', { kind: 'processing', providerStatus: 'file processing' }],
    ['google-file=failed', { kind: 'failed', error: { code: 'PROVIDER_FAILED', billed: 'YES' } }],
    ['google-file=gone', { kind: 'completed' }],
    ['odd-state', { kind: 'unknown' }],
    ['wrong-id', { kind: 'unknown' }],
    ['null-data', { kind: 'unknown', reason: 'no such interaction' }],
    ['check-malformed', { kind: 'unknown' }],
    ['check-html', { kind: 'unknown' }],
    ['check-drop', { kind: 'unavailable' }],
    ['check-http=429', { kind: 'unavailable', retryAfterMs: 1000 }],
    ['check-http=503', { kind: 'unavailable' }],
    ['google-inline', { kind: 'completed', source: { kind: 'provider', url: null } }],
    [
      'result-url=https://x.test/v.mp4',
      { kind: 'completed', source: { kind: 'url', url: 'https://x.test/v.mp4' } },
    ],
  ])('is read: %s', async (name, outcome) => {
    await using google = await start();
    const id = await google.make(`a cat [sim:${name}]`);
    expect(await google.check(id)).toMatchObject(outcome);
  });

  it('waits for a file that is processed late, then opens it from another origin without the key', async () => {
    await using google = await start();
    const id = await google.make('a cat [sim:google-file=late]');
    expect([(await google.check(id)).kind, (await google.check(id)).kind]).toEqual([
      'processing',
      'processing',
    ]);
    const ready = await google.check(id);
    if (ready.kind !== 'completed' || ready.source.kind !== 'provider') throw new Error(ready.kind);
    expect(ready.source.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1beta\/files\/\w+:download\?alt=media$/);
    expect(JSON.stringify(ready)).not.toContain(key);
    const opened = await google.omni.openVideo(ready.source.reference, google.signal);
    if (!('redirectedTo' in opened)) throw new Error('It was not redirected');
    expect(new URL(opened.redirectedTo).origin).not.toBe(google.simulator.url);
    expect(google.simulator.stats.leakedKeys).toBe(0);
  });

  it('follows redirects within the origin of the API with the key, and says the status of a refusal', async () => {
    const seen: string[] = [];
    await using server = await startLoopback((incoming, response) => {
      seen.push(String(incoming.headers['x-goog-api-key']));
      if (incoming.url?.startsWith('/v1beta/files/a:') === true)
        response.writeHead(302, { location: '/elsewhere' }).end();
      else if (incoming.url === '/elsewhere') response.end('bytes');
      else response.writeHead(403).end('no');
    });
    await using omni = new OmniApi({ label: 'Google', apiKey: key, baseUrl: server.url, timeoutMs: 5000 });
    const { signal } = new AbortController();
    const opened = await omni.openVideo('omni/file/a', signal);
    if ('redirectedTo' in opened) throw new Error(opened.redirectedTo);
    expect([(await buffer(opened.body)).toString(), opened.statesLength, seen]).toEqual([
      'bytes',
      true,
      [key, key],
    ]);
    await expect(omni.openVideo('omni/file/b', signal)).rejects.toThrow(
      'the source answered with HTTP status 403',
    );
    await expect(omni.openVideo('omni/what', signal)).rejects.toThrow('no address');
  });
});

describe('a cancel of Omni', () => {
  it('stops what runs, and says why it cannot', async () => {
    await using google = await start({ durationMs: 60_000 });
    const id = await google.make('a cat');
    expect(await google.omni.cancel(id, google.signal)).toEqual({ kind: 'canceled' });
    expect(await google.check(id)).toMatchObject({ kind: 'failed', providerStatus: 'cancelled' });
    expect(await google.omni.cancel(id, google.signal)).toMatchObject({ kind: 'refused' });
    const hidden = await google.make('a dog [sim:check-http=503]');
    expect(await google.omni.cancel(hidden, google.signal)).toMatchObject({ kind: 'unavailable' });
    expect(google.simulator.stats.cancels).toBe(3);
  });
});
