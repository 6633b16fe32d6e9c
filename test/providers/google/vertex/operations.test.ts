import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GoogleApi } from '../../../../src/providers/google/google-api.ts';
import { startLoopback, type Loopback } from '../../../support/loopback.ts';
import { checkOf, operation as name, vertexApiAt } from '../../../support/vertex-api.ts';

const type = 'type.googleapis.com/cloud.ai.large_models.vision.GenerateVideoResponse';
const video = Buffer.from('not a video, but bytes: ÿ\0\u0001'.repeat(1000), 'latin1');
const inline = video.toString('base64');
const gcs = 'gs://b/p/123/sample_0.mp4';
const signal = new AbortController().signal;

let respond: (response: ServerResponse) => void;
const requests: { url: string; body: string; authorization: unknown }[] = [];
let google: Loopback;
let api: GoogleApi;
beforeAll(async () => {
  google = await startLoopback((request, response) => {
    let body = '';
    request
      .on('data', (part: Buffer) => (body += part.toString()))
      .on('end', () => {
        requests.push({ url: request.url ?? '', body, authorization: request.headers.authorization });
        respond(response);
      });
  });
  api = vertexApiAt(google.url);
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await google[Symbol.asyncDispose]();
});

const json =
  (body: unknown, status = 200, headers: Record<string, string> = {}) =>
  (response: ServerResponse) =>
    response
      .writeHead(status, { 'content-type': 'application/json; charset=UTF-8', ...headers })
      .end(typeof body === 'string' ? body : JSON.stringify(body, null, 2));

const facts = { memo: null, credits: null, echoedPrompt: null };
const processing = { ...facts, kind: 'processing', providerStatus: 'running', percent: null };
const completed = (reference: string, url: string | null) => ({
  ...facts,
  kind: 'completed',
  providerStatus: 'done',
  source: { kind: 'provider', reference, url },
});
const failed = (code: string, message = /./) => ({
  kind: 'failed',
  error: { code, message: expect.stringMatching(message) as string, billed: 'NO' },
});
const unknown = {
  kind: 'unknown',
  hint: {
    text: expect.stringContaining('Checking goes on') as string,
    messages: [expect.anything() as unknown],
  },
};
const unavailable = (retryAfterMs: number | null = null) => ({ kind: 'unavailable', retryAfterMs });
const done = (response: unknown) => ({ name, done: true, response });
const failure = (code: number, message = 'It failed.') => ({ name, done: true, error: { code, message } });
const apiError = (code: number, message: string, status: string) => ({ error: { code, message, status } });

describe('a check reads', () => {
  // The shapes of Google's documents, of recordings and of clients (2026); the historical ones are the Gemini API's.
  it.each<[string, (response: ServerResponse) => void, object]>([
    ['an operation without done: it runs', json({ name }), processing],
    ['done: false', json({ name, done: false }), processing],
    ['metadata beside the name', json({ name, metadata: { '@type': 'x' } }), processing],
    [
      'a name with the number of the project',
      json({ name: name.replace('projects/p', 'projects/123') }),
      processing,
    ],
    [
      'a video in Cloud Storage',
      json(
        done({
          '@type': type,
          raiMediaFilteredCount: 0,
          videos: [{ gcsUri: gcs, mimeType: 'video/mp4' }],
        }),
      ),
      completed(gcs, gcs),
    ],
    [
      'a video inside of the response',
      json(done({ '@type': type, videos: [{ bytesBase64Encoded: inline, mimeType: 'video/mp4' }] })),
      completed(name, null),
    ],
    [
      'the same in one line, the response first',
      json(`{"response":{"videos":[{"mimeType":"video/mp4","bytesBase64Encoded":"${inline}"}]},"done":true}`),
      completed(name, null),
    ],
    [
      'the shape of the Gemini API',
      json(done({ generateVideoResponse: { generatedSamples: [{ video: { encodedVideo: inline } }] } })),
      completed(name, null),
    ],
    [
      'the same with an address in Cloud Storage',
      json(done({ generateVideoResponse: { generatedSamples: [{ video: { uri: gcs } }] } })),
      completed(gcs, gcs),
    ],
    [
      'a filtered video, with its reason',
      json(
        done({ '@type': type, raiMediaFilteredCount: 1, raiMediaFilteredReasons: ['Support codes: 2931'] }),
      ),
      failed('CONTENT_FILTERED', /Support codes: 2931/),
    ],
    [
      'a filtered video without a reason',
      json(done({ raiMediaFilteredCount: 1 })),
      failed('CONTENT_FILTERED'),
    ],
    [
      'a filtered video in the shape of the Gemini API',
      json(
        done({ generateVideoResponse: { raiMediaFilteredCount: 1, raiMediaFilteredReasons: ['Sound.'] } }),
      ),
      failed('CONTENT_FILTERED', /Sound/),
    ],
    ['gRPC 3', json(failure(3, 'Bad seed.')), failed('PROVIDER_REJECTED', /Bad seed/)],
    [
      'gRPC 3 about the prompt',
      json(failure(3, "The prompt violates Google's Responsible AI practices.")),
      failed('CONTENT_FILTERED'),
    ],
    ['gRPC 4', json(failure(4)), failed('PROVIDER_FAILED')],
    ['gRPC 5', json(failure(5)), failed('PROVIDER_REJECTED')],
    [
      'gRPC 5 about the model',
      json(failure(5, 'The model veo-3.1 is no longer available.')),
      failed('MODEL_RETIRED', /gemini-omni-1.2-flash/),
    ],
    ['gRPC 7', json(failure(7)), failed('PROVIDER_UNAUTHORIZED')],
    ['gRPC 8', json(failure(8)), failed('PROVIDER_FAILED')],
    ['gRPC 13', json(failure(13)), failed('PROVIDER_FAILED')],
    ['gRPC 14', json(failure(14)), failed('PROVIDER_FAILED')],
    ['gRPC 16', json(failure(16)), failed('PROVIDER_UNAUTHORIZED')],
    ['a number that gRPC does not have', json(failure(99)), failed('PROVIDER_FAILED')],
    ['an error without a code', json({ name, done: true, error: { message: 'x' } }), unknown],
    ['done without a video, an error or a reason', json(done({ '@type': type, videos: [] })), unknown],
    ['done with fields that are not known', json(done({ clips: [{ bytes: 'x' }] })), unknown],
    ['done alone', json({ name, done: true }), unknown],
    ["another operation's name", json({ name: `${name}-other`, done: true, response: {} }), unknown],
    [
      "another operation's video",
      json({ name: `${name}-other`, response: { videos: [{ bytesBase64Encoded: inline }] } }),
      unknown,
    ],
    [
      'bytes that are no response',
      json({ name, metadata: { image: { bytesBase64Encoded: inline } } }),
      unknown,
    ],
    ['an object without a name', json({}), unknown],
    ['a list', json('[]'), unknown],
    ['half a document', json('{"name":"pro'), unknown],
    ['a page', json('<!doctype html>'), unknown],
    ['nothing', json(''), unknown],
    ['2 MB of something', json(`{"x":"${'y'.repeat(2 ** 21)}"}`), unknown],
    ['HTTP 404 about the operation', json(apiError(404, 'Not found.', 'NOT_FOUND'), 404), unknown],
    ['HTTP 400 about its name', json(apiError(400, 'Invalid.', 'INVALID_ARGUMENT'), 400), unknown],
    ['HTTP 404 from something in between', json('<p>404', 404), unknown],
    ['HTTP 401', json(apiError(401, 'Token expired.', 'UNAUTHENTICATED'), 401), unavailable()],
    ['HTTP 403', json(apiError(403, 'Denied.', 'PERMISSION_DENIED'), 403), unavailable()],
    [
      'HTTP 429',
      json(apiError(429, 'Too many.', 'RESOURCE_EXHAUSTED'), 429, { 'retry-after': '7' }),
      unavailable(7000),
    ],
    ['HTTP 500', json('', 500), unavailable()],
    ['HTTP 503', json(apiError(503, 'Later.', 'UNAVAILABLE'), 503), unavailable()],
    ['a redirect', (response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(), unknown],
    ['a connection that ends', (response) => response.destroy(), unavailable()],
    [
      'a connection that ends inside of the head',
      (response) => response.writeHead(200).write('{"name":"', () => response.destroy()),
      unavailable(),
    ],
    ['no answer in time', () => undefined, unavailable()],
  ])('%s', async (_what, answer, outcome) => {
    respond = answer;
    await using hasty = vertexApiAt(google.url, { timeoutMs: 300 });
    const seen = await hasty.check(checkOf(), signal);
    expect(seen).toMatchObject(outcome);
    expect(JSON.stringify(seen)).not.toContain('secret-token');
  });

  it('the answer to a POST with the name, at the path of its model', async () => {
    requests.length = 0;
    respond = json({ name });
    await api.check(checkOf(), signal);
    const [path] = name.split('/operations/');
    expect(requests).toEqual([
      {
        url: `/v1beta1/${path}:fetchPredictOperation`,
        body: JSON.stringify({ operationName: name }),
        authorization: 'Bearer ya29.secret-token',
      },
    ]);
  });

  it.each([
    'projects/p/../../../x/locations/l/publishers/google/models/m/operations/o',
    'projects/p/locations/evil.example#/publishers/google/models/m/operations/o',
    'projects/p/locations/l/publishers/google/models/../operations/o',
    'projects/p/operations/..',
    'models/veo/operations/x',
    'gs://b/o',
  ])('%s as no id, and sends no token for it', async (id) => {
    requests.length = 0;
    expect(await api.check(checkOf(id), signal)).toMatchObject({ kind: 'unknown' });
    expect(requests).toEqual([]);
  });

  it('a name without a model at the model of the task', async () => {
    requests.length = 0;
    const short = 'projects/p/locations/us-central1/operations/123';
    respond = json({ name: short });
    expect(await api.check(checkOf(short), signal)).toMatchObject({ kind: 'processing' });
    expect(requests[0]?.url).toBe(
      '/v1beta1/projects/p/locations/us-central1/publishers/google/models/veo-3.1-fast-generate-001:fetchPredictOperation',
    );
  });
});

describe('a video', () => {
  const open = async (reference: string) => {
    const opened = await api.openVideo(reference, signal);
    if ('redirectedTo' in opened) throw new Error(opened.redirectedTo);
    const { body, statesLength } = opened;
    return { bytes: await buffer(body), statesLength };
  };

  it.each([
    ['as Google writes it', inline],
    ['with escaped slashes', inline.replaceAll('/', String.raw`\/`)],
    ['with escaped padding', inline.replaceAll('=', String.raw`\u003d`)],
    ['in the URL alphabet', video.toString('base64url')],
  ])('inside of the response, %s, has its exact bytes', async (_how, text) => {
    respond = json(`{"name":"${name}","done":true,"response":{"videos":[{"bytesBase64Encoded":"${text}"}]}}`);
    const { bytes, statesLength } = await open(name);
    expect([bytes.equals(video), statesLength]).toEqual([true, true]);
  });

  it('inside of a packed response too', async () => {
    respond = (response) =>
      response
        .writeHead(200, { 'content-encoding': 'gzip' })
        .end(gzipSync(JSON.stringify(done({ videos: [{ bytesBase64Encoded: inline }] }))));
    const { bytes } = await open(name);
    expect(bytes.equals(video)).toBe(true);
  });

  it.each<[string, (response: ServerResponse) => void]>([
    ['is cut', json(`{"name":"${name}","response":{"videos":[{"bytesBase64Encoded":"${inline}`)],
    ['is no base64', json(done({ videos: [{ bytesBase64Encoded: '!!!' }] }))],
    ['is gone', json({ name, done: true, response: {} })],
    ['is refused', json(apiError(403, 'Denied.', 'PERMISSION_DENIED'), 403)],
    [
      'ends with the connection',
      (response) =>
        response
          .writeHead(200)
          .write(`{"name":"${name}","response":{"videos":[{"bytesBase64Encoded":"${inline}`, () =>
            response.destroy(),
          ),
    ],
  ])('that %s is never taken for whole', async (_what, answer) => {
    respond = answer;
    await expect(open(name)).rejects.toThrow(/^(?!.*secret-token)./);
  });

  it('in Cloud Storage is read with the same credentials', async () => {
    requests.length = 0;
    respond = (response) => response.end(video);
    const { bytes, statesLength } = await open('gs://b/a folder/s#1.mp4');
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(
      createHash('sha256').update(video).digest('hex'),
    );
    expect([statesLength, requests]).toEqual([
      true,
      [
        {
          url: '/storage/v1/b/b/o/a%20folder%2Fs%231.mp4?alt=media',
          body: '',
          authorization: 'Bearer ya29.secret-token',
        },
      ],
    ]);
  });

  it('whose address redirects is not followed: the token stays at its origin', async () => {
    let leaked = 0;
    await using elsewhere = await startLoopback((_request, response) => {
      leaked += 1;
      response.end(video);
    });
    for (const status of [301, 302, 307, 308]) {
      respond = (response) => response.writeHead(status, { location: `${elsewhere.url}/x` }).end();
      await expect(open(gcs)).rejects.toThrow(`Cloud Storage answers HTTP ${status} for the video`);
      await expect(open(name)).rejects.toThrow(`HTTP ${status}`);
    }
    expect(leaked).toBe(0);
  });
});
