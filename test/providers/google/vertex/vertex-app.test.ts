import { createHash, generateKeyPairSync } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSimulator, type Simulator } from '../../../../src/providers/simulator/simulator.ts';
import { Caller } from '../../../support/kie-app.ts';
import { startLoopback, type Loopback } from '../../../support/loopback.ts';
import { pointedAtVertex, startServer } from '../../../support/processes.ts';
import { startTestApp, type TestApp } from '../../../support/start-app.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { png, upload } from '../../../support/upload.ts';

const token = 'ya29.secret-token';
let simulator: Simulator;
let images: Loopback;
let app: TestApp;
let log = '';
const answers: Record<string, (response: ServerResponse) => void> = {
  '/image': (response) => response.end(png),
  '/moved': (response) => response.writeHead(302, { location: '/image' }).end(),
  '/gone': (response) => response.writeHead(404).end(),
  '/page': (response) => response.end('<!doctype html>'),
  '/large': (response) => response.end(Buffer.concat([png, Buffer.alloc(21_000_000)])),
  '/cut': (response) => {
    response.writeHead(200, { 'content-length': 1000 }).write(png, () => response.destroy());
  },
  '/inside': (response) => response.writeHead(302, { location: 'http://127.0.0.2:9/a.png' }).end(),
};

/** Google's credentials alone, and an address of the simulator. */
const env = (url: string): Record<string, string> => ({
  GOOGLE_CLOUD_PROJECT: 'p',
  GOOGLE_ACCESS_TOKEN: token,
  VERTEX_BASE_URL: url,
  GOOGLE_POLL_INTERVAL_MS: '50',
});

beforeAll(async () => {
  simulator = await startSimulator({ durationMs: 50, apiKey: token });
  images = await startLoopback((request, response) => answers[request.url ?? '']?.(response));
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      log += chunk.toString();
      done();
    },
  });
  const settings = { ...env(simulator.url), FETCH_ALLOW_HOSTS: images.host, PROVIDER_TIMEOUT_MS: '1000' };
  app = await startTestApp(settings, pino({ level: 'trace' }, sink));
});
afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await images[Symbol.asyncDispose]();
  await simulator[Symbol.asyncDispose]();
});

const caller = () => new Caller(app.url);
const creates = () => simulator.stats.createsReceived;
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('a server with credentials of Google alone', () => {
  it('uses Google, and the first model of Veo by default', async () => {
    const { providers } = await app.query<{ providers: unknown[] }>(
      '{ providers { name configured pollIntervalSeconds models { id } } }',
    );
    expect(providers[0]).toEqual({
      name: 'GOOGLE',
      configured: true,
      pollIntervalSeconds: 0.05,
      models: ['veo-3.1-fast-generate-001', 'veo-3.1-generate-001', 'veo-3.1-lite-generate-001'].map(
        (id) => ({ id }),
      ),
    });
    const { id } = await caller().make('fox', { audio: false, negativePrompt: 'blur', seed: 7 });
    expect(await caller().untilStage(id, 'COMPLETED')).toMatchObject({
      providerTaskId: expect.stringMatching(
        /^projects\/p\/locations\/us-central1\/publishers\/google\/models\/veo-3\.1-fast-generate-001\/operations\//,
      ) as string,
      // The video came inside of the response.
      video: { sourceUrl: null },
      cost: { amount: 1.2, credits: null, settled: false },
    });
  });

  it('keeps videos of 2 MB that come inside of responses, several at once, byte for byte', async () => {
    const prompt = 'fox [sim:google-bytes=2000000]';
    const ids = await Promise.all(Array.from({ length: 5 }, async () => (await caller().make(prompt)).id));
    for (const id of ids) {
      const { providerTaskId, videoUrl } = await caller().untilStage(id, 'COMPLETED');
      const bytes = Buffer.from(await (await fetch(videoUrl ?? '')).arrayBuffer());
      const filler = createHash('sha512')
        .update(providerTaskId ?? '')
        .digest();
      const boxAt = bytes.indexOf('free', bytes.byteLength - 1_990_000, 'latin1') + 4;
      expect(bytes.byteLength).toBe(2_000_000);
      expect(hashOf(bytes.subarray(boxAt))).toBe(hashOf(Buffer.alloc(bytes.byteLength - boxAt, filler)));
    }
  });

  it('reads a video in Cloud Storage with its credentials, and shows its address without them', async () => {
    const { id } = await caller().make('fox [sim:google-gcs]');
    const { video } = await caller().untilStage(id, 'COMPLETED');
    expect(video?.sourceUrl).toMatch(/^gs:\/\/simulator\/videos\/[\da-f-]+\/sample_0\.mp4$/);
  });

  it.each(['file-cut', 'file-slow'])('completes a task whose video is %s at first', async (name) => {
    const { id } = await caller().make(`fox [sim:google-gcs] [sim:${name}] [sim:times=1]`);
    expect((await caller().untilStage(id, 'COMPLETED')).videoUrl).not.toBeNull();
  });

  it('follows an operation that was made elsewhere', async () => {
    const made = await caller().make('hen');
    const { providerTaskId } = await caller().untilStage(made.id, 'COMPLETED');
    const looked = await fetch(`${app.url}/veo31/status/${encodeURIComponent(providerTaskId ?? '')}`);
    expect(await looked.json()).toMatchObject({ provider: 'google', status: 'completed' });
  });

  it.each([
    ['google-retired', 'MODEL_RETIRED'],
    ['create-http=401', 'PROVIDER_UNAUTHORIZED'],
    ['filtered', 'CONTENT_FILTERED'],
    ['google-error=3', 'PROVIDER_REJECTED'],
    ['google-error=8', 'PROVIDER_FAILED'],
  ])('fails a task by %s as %s, at no cost', async (name, code) => {
    const { id } = await caller().make(`fox [sim:${name}]`);
    expect(await caller().untilStage(id, 'FAILED')).toMatchObject({
      error: { code, billed: 'NO' },
      cost: { amount: 0, settled: true },
    });
  });

  it('sends a task later that was rejected for its rate, and creates it once', async () => {
    const { id } = await caller().make('cat [sim:create-http=429] [sim:retry-after=0] [sim:times=1]');
    const { history } = await caller().untilStage(id, 'COMPLETED');
    expect(history.map(({ stage }) => stage)).toEqual([
      'WAITING',
      'SUBMITTING',
      'WAITING',
      'SUBMITTING',
      'GENERATING',
      'COMPLETED',
    ]);
    const { tasks } = simulator.stats;
    expect(Object.values(tasks).filter(({ prompt }) => prompt?.startsWith('cat'))).toHaveLength(1);
  });

  it.each(['create-drop', 'create-accept-500', 'create-hang', 'create-http=503', 'create-cut'])(
    'never repeats a create of unknown outcome after %s',
    async (name) => {
      const before = creates();
      const { id } = await caller().make(`owl [sim:${name}]`);
      await caller().untilStage(id, 'SUBMISSION_UNKNOWN');
      await caller().byId('refreshVideoTask', id);
      expect(creates()).toBe(before + 1);
    },
  );

  it('sends images by address and by upload inside of the request', async () => {
    const { body } = await upload(app.url, png);
    const uploadId = body.data?.uploadReferenceImage.image?.uploadId;
    const referenceImages = [{ uploadId }, { url: `${images.url}/moved` }];
    // The simulator refuses what is no base64.
    const { id } = await caller().make('fox', { referenceImages });
    expect((await caller().untilStage(id, 'COMPLETED')).error).toBeNull();
  });

  it.each(['/gone', '/page', '/large', '/cut', '/inside'])(
    'fails a task unbilled whose image %s cannot be fetched, and sends nothing',
    async (path) => {
      const before = creates();
      const { id } = await caller().make('fox', { referenceImages: [{ url: `${images.url}${path}` }] });
      expect(await caller().untilStage(id, 'FAILED')).toMatchObject({
        error: { code: 'IMAGE_UNREACHABLE', billed: 'NO' },
      });
      expect(creates()).toBe(before);
    },
  );

  it('refuses options that Reelay sets itself, and what a model cannot do', async () => {
    for (const providerOptions of [
      { storageUri: 'gs://mine/x' },
      { sample_count: 4 },
      { generateAudio: false },
    ]) {
      const { userErrors } = await caller().generate({ prompt: 'x', providerOptions });
      expect(userErrors).toMatchObject([{ code: 'BAD_INPUT' }]);
    }
    const input = { prompt: 'x', model: 'veo-3.1-lite-generate-001', resolution: 'P2160' };
    expect((await caller().generate(input)).userErrors).toMatchObject([{ code: 'UNSUPPORTED' }]);
  });

  it('never logs the access token', () => {
    expect(log).toContain('the outcome of a paid request is not known');
    expect(log).not.toContain(token);
  });
});

describe('credentials', () => {
  /** A service account whose tokens the simulator issues. */
  async function accountFile(folder: string): Promise<string> {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const file = join(folder, 'account.json');
    const account = {
      type: 'service_account',
      project_id: 'p',
      private_key_id: 'k',
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
      client_email: 'reelay@p.iam.gserviceaccount.com',
      token_uri: `${simulator.url}/token`,
    };
    await writeFile(file, JSON.stringify(account));
    return file;
  }

  it('of a service account get a token once for many tasks', async () => {
    await using folder = await temporaryFolder();
    const { GOOGLE_ACCESS_TOKEN: _none, ...rest } = env(simulator.url);
    const GOOGLE_APPLICATION_CREDENTIALS = await accountFile(folder.path);
    await using other = await startTestApp({ ...rest, GOOGLE_APPLICATION_CREDENTIALS });
    const owner = new Caller(other.url);
    const tasks = await Promise.all(Array.from({ length: 5 }, (_, index) => owner.make(`fox ${index}`)));
    const ended = await Promise.all(tasks.map(({ id }) => owner.untilStage(id, 'COMPLETED')));
    expect(ended).toHaveLength(5);
  });

  it('that are refused fail a task unbilled, and nothing is sent', async () => {
    await using folder = await temporaryFolder();
    await using strict = await startSimulator({ durationMs: 0, behaviours: ['google-token=refused'] });
    const file = await accountFile(folder.path);
    const { GOOGLE_ACCESS_TOKEN: _none, ...rest } = env(strict.url);
    const text = JSON.stringify({
      ...(JSON.parse(await readFile(file, 'utf8')) as object),
      token_uri: `${strict.url}/token`,
    });
    await writeFile(file, text);
    await using other = await startTestApp({ ...rest, GOOGLE_APPLICATION_CREDENTIALS: file });
    const owner = new Caller(other.url);
    const { id } = await owner.make('fox');
    expect(await owner.untilStage(id, 'FAILED')).toMatchObject({
      error: {
        code: 'PROVIDER_UNAUTHORIZED',
        billed: 'NO',
        message: expect.stringMatching(
          /^Google refused the task: the token endpoint answers HTTP 400 invalid_grant/,
        ) as string,
      },
    });
    expect(strict.stats.createsReceived).toBe(0);
  });

  it('of the machine are those of its metadata server, where PROVIDERS has google', async () => {
    await using folder = await temporaryFolder();
    const { GOOGLE_ACCESS_TOKEN: _none, ...settings } = pointedAtVertex(simulator, folder.path);
    await using server = await startServer({
      ...settings,
      GCE_METADATA_HOST: new URL(simulator.url).host,
      HOME: folder.path,
    });
    const owner = new Caller(server.url);
    const { id } = await owner.make('fox');
    await owner.untilStage(id, 'COMPLETED');
    expect(server.output()).not.toContain('ya29.');
  });
});
