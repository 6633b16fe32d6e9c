import { readdir, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kieProviderAt } from '../support/kie-provider.ts';
import { startSimulator } from '../../src/providers/simulator/simulator.ts';
import { startKieApp, type KieApp } from '../support/kie-app.ts';
import { startLoopback, type Loopback } from '../support/loopback.ts';
import { queryAt } from '../support/start-app.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { png, upload } from '../support/upload.ts';
import { waitFor } from '../support/wait-for.ts';

/** The images that a create of the simulator carried. */
async function imagesSent(app: KieApp, providerTaskId: string | null): Promise<string[]> {
  const record = await fetch(`${app.simulator.url}/api/v1/jobs/recordInfo?taskId=${providerTaskId}`, {
    headers: { authorization: 'Bearer k' },
  });
  const { data } = (await record.json()) as { data: { param: string } };
  const { input } = JSON.parse(data.param) as { input: string };
  return (JSON.parse(input) as { image_urls: string[] }).image_urls;
}

async function uploaded(app: KieApp): Promise<string> {
  const { body } = await upload(app.url, png);
  const id = body.data?.uploadReferenceImage.image?.uploadId;
  if (id === undefined) throw new Error(JSON.stringify(body));
  return id;
}

describe('an image by address', () => {
  const answers: Record<string, (response: ServerResponse) => void> = {
    '/gone': (response) => response.writeHead(410).end(),
    '/missing': (response) => response.writeHead(404).end('<html>'),
    '/moved-inside': (response) => response.writeHead(302, { location: 'http://127.0.0.2:9/a.png' }).end(),
    '/moved-to-gone': (response) => response.writeHead(301, { location: '/gone' }).end(),
    '/moved-to-a-file': (response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
    '/image': (response) => response.end(png),
    '/moved': (response) => response.writeHead(302, { location: '/image' }).end(),
    '/forbidden': (response) => response.writeHead(403).end(),
    '/broken': (response) => response.writeHead(500).end(),
    '/round': (response) => response.writeHead(302, { location: '/round' }).end(),
    '/endless': (response) => {
      const write = () => response.write(Buffer.alloc(65_536)) || response.once('drain', write);
      write();
    },
    '/silent': () => {},
  };
  let images: Loopback;
  let app: KieApp;
  beforeAll(async () => {
    images = await startLoopback(({ url = '' }, response) => answers[url]?.(response));
    app = await startKieApp({ FETCH_ALLOW_HOSTS: images.host });
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
    await images[Symbol.asyncDispose]();
  });
  const make = (url: string) =>
    app.as().make(`It walks ${url}`, { referenceImages: [{ url }], durationSeconds: 4 });

  it.each([
    ['is gone', '/gone', /410/],
    ['is not there', '/missing', /404/],
    ['moved into a private network', '/moved-inside', /private address/],
    ['moved to where it is gone', '/moved-to-gone', /410/],
    ['moved to a file', '/moved-to-a-file', /plain http/],
    ['is in a private network', 'http://10.0.0.1/a.png', /private address/],
    ['is on this machine', 'http://localhost/a.png', /private address/],
    ['is at the address of cloud secrets', 'http://169.254.169.254/latest', /private address/],
    ['is on this machine by another spelling', 'http://[::ffff:127.0.0.1]/a.png', /private address/],
  ])('that %s fails the task before anything is paid', async (_what, place, reason) => {
    const before = app.simulator.stats.createsReceived;
    const { id } = await make(place.startsWith('/') ? `${images.url}${place}` : place);
    const { error, cost } = await app.as().untilStage(id, 'FAILED');
    expect(error).toEqual({
      code: 'IMAGE_UNREACHABLE',
      message: expect.stringMatching(reason) as string,
      retryable: true,
      billed: 'NO',
    });
    expect([cost?.amount, app.simulator.stats.createsReceived]).toEqual([0, before]);
  });

  it('whose host refuses connections fails the task too', async () => {
    const closed = await startLoopback(() => {});
    await using other = await startKieApp({ FETCH_ALLOW_HOSTS: closed.host });
    await closed[Symbol.asyncDispose]();
    const { id } = await other.as().make('fox', { referenceImages: [{ url: `${closed.url}/a.png` }] });
    const { error } = await other.as().untilStage(id, 'FAILED');
    expect([error?.code, other.simulator.stats.createsReceived]).toEqual(['IMAGE_UNREACHABLE', 0]);
  });

  it.each([
    ['is there', '/image'],
    ['moved', '/moved'],
    ['is refused to us, maybe not to the provider', '/forbidden'],
    ['has a host with a fault', '/broken'],
    ['never ends', '/endless'],
    ['is never answered', '/silent'],
    ['moves without end', '/round'],
    ['has a name that we cannot resolve', 'https://images.example/a.png'],
  ])('that %s is sent on, for the provider to say', async (_what, place) => {
    const url = place.startsWith('/') ? `${images.url}${place}` : place;
    const { id } = await make(url);
    const { providerTaskId } = await app
      .as()
      .until(id, 'an id of the provider', (task) => task.providerTaskId !== null);
    expect(await imagesSent(app, providerTaskId)).toEqual([url]);
  });

  it('that only the provider finds dead fails as it says', async () => {
    const { id } = await make('https://images.invalid/a.png');
    const { error } = await app.as().untilStage(id, 'FAILED');
    expect(error).toMatchObject({ code: 'IMAGE_UNREACHABLE', billed: 'NO' });
  });
});

describe('an uploaded image', () => {
  it('whose file was lost here fails the task before anything is paid', async () => {
    await using folder = await temporaryFolder();
    await using app = await startKieApp({ DATA_DIR: folder.path });
    const uploadId = await uploaded(app);
    const [name = ''] = await readdir(join(folder.path, 'media'));
    await rm(join(folder.path, 'media', name));
    const { id } = await app.as().make('fox', { referenceImages: [{ uploadId }] });
    const { error } = await app.as().untilStage(id, 'FAILED');
    expect([error?.code, error?.billed, app.simulator.stats.createsReceived]).toEqual([
      'IMAGE_UNREACHABLE',
      'NO',
      0,
    ]);
  });

  it('is handed to Kie once, and used from there again and again', async () => {
    await using app = await startKieApp();
    const uploadId = await uploaded(app);
    const sent: string[][] = [];
    for (const prompt of ['fox', 'owl']) {
      const { id } = await app.as().make(prompt, { referenceImages: [{ uploadId }] });
      const { providerTaskId } = await app.as().untilStage(id, 'COMPLETED');
      sent.push(await imagesSent(app, providerTaskId));
    }
    expect(app.simulator.stats.uploads).toBe(1);
    const [url = ''] = sent[0] ?? [];
    expect(sent).toEqual([[url], [url]]);
    const copy = await fetch(url);
    expect([copy.headers.get('content-type'), Buffer.from(await copy.arrayBuffer())]).toEqual([
      'image/png',
      png,
    ]);
  });

  it('is handed over again when the copy at Kie has expired', async () => {
    await using simulator = await startSimulator({ durationMs: 0 });
    const start = Date.UTC(2026, 0);
    let now = start;
    await using kie = kieProviderAt(simulator.url, { now: () => now });
    const image = {
      kind: 'upload',
      uploadId: 'u1',
      fileName: 'u1.png',
      contentType: 'image/png',
      open: () => Promise.resolve(new Blob([png], { type: 'image/png' })),
    } as const;
    const handOver = async () => kie.handOver?.([image], new AbortController().signal);
    const first = await handOver();
    now = start + 19 * 3_600_000;
    const kept = await handOver();
    now = start + 21 * 3_600_000;
    const again = await handOver();
    expect([first, kept, again]).toEqual(Array.from({ length: 3 }, () => first));
    expect([first?.kind, simulator.stats.uploads]).toEqual(['ready', 2]);
  });

  it('waits, unbilled and with a hint, while Kie takes no uploads', async () => {
    let isDown = true;
    await using simulator = await startSimulator({ durationMs: 50 });
    await using front = await startLoopback((request, response) => {
      if (isDown) response.writeHead(503).end('<html>');
      else response.writeHead(307, { location: `${simulator.url}${request.url}` }).end();
    });
    await using app = await startKieApp({ KIE_UPLOAD_URL: front.url });
    const { id } = await app.as().make('fox', { referenceImages: [{ uploadId: await uploaded(app) }] });
    const { stage, hint } = await app.as().until(id, 'a hint', (task) => task.hint !== null);
    expect([stage, hint]).toEqual(['WAITING', expect.stringMatching(/could not be handed to Kie.ai.*503/)]);
    expect(app.simulator.stats.createsReceived).toBe(0);
    isDown = false;
    // A redirect would carry the key to another host: it is not followed.
    await app.as().until(id, 'the redirect', (task) => task.hint?.includes('307') === true);
    expect([app.simulator.stats.createsReceived, simulator.stats.uploads]).toEqual([0, 0]);
  });

  it('is tried less and less often while the upload host cannot be reached, which hint and health show', async () => {
    let isDown = true;
    await using front = await startLoopback((request, response) => {
      if (isDown) return request.socket.destroy();
      const answer = { code: 200, data: { downloadUrl: 'https://files.example/fox.png' } };
      return request.resume().on('end', () => response.end(JSON.stringify(answer)));
    });
    await using app = await startKieApp({ KIE_UPLOAD_URL: front.url });
    const caller = app.as();
    const health = async () =>
      (await queryAt<{ providers: { health: string }[] }>(app.url, '{ providers { health } }')).providers[0]
        ?.health;
    await waitFor('the test of the key', health, (seen) => seen === 'UP');
    const { id } = await caller.make('fox', { referenceImages: [{ uploadId: await uploaded(app) }] });
    const { hint } = await caller.until(id, 'a hint', (task) => task.hint !== null);
    expect(hint).toMatch(/could not be handed to Kie\.ai \(127\.0\.0\.1:\d+: .*\)\. It is tried again/);
    expect(await health()).toBe('DEGRADED');
    isDown = false;
    const { history } = await caller.untilStage(id, 'COMPLETED');
    expect(history.map(({ stage }) => stage)).toEqual(['WAITING', 'SUBMITTING', 'GENERATING', 'COMPLETED']);
    expect(await health()).toBe('UP');
  });

  it('costs a host that cannot be reached one request after each pause, and a fault of its own delays no other', async () => {
    let requests = 0;
    let answer: 'none' | 'fault' | 'copy' = 'none';
    await using front = await startLoopback((request, response) => {
      requests += 1;
      if (answer === 'none') return request.socket.destroy();
      const body = {
        code: answer === 'copy' ? 200 : 500,
        data: { downloadUrl: 'https://files.example/fox.png' },
      };
      return request.resume().on('end', () => response.end(JSON.stringify(body)));
    });
    let now = Date.UTC(2026, 0);
    await using kie = kieProviderAt(front.url, { now: () => now, pollIntervalMs: 10_000 });
    const handOver = async (uploadId: string) => {
      const image = {
        kind: 'upload',
        uploadId,
        fileName: `${uploadId}.png`,
        contentType: 'image/png',
        open: () => Promise.resolve(new Blob([png], { type: 'image/png' })),
      } as const;
      const outcome = await kie.handOver?.([image], new AbortController().signal);
      return outcome?.kind === 'unavailable' ? outcome.retryAfterMs : outcome?.kind;
    };
    const pauses: unknown[] = [];
    for (let round = 0; round < 5; round += 1) {
      const pauseMs = await handOver('a');
      // Those that come in the pause cost nothing, and end with it.
      expect([await handOver('b'), await handOver('c')]).toEqual([pauseMs, pauseMs]);
      pauses.push(pauseMs);
      now += Number(pauseMs);
    }
    expect([pauses, requests]).toEqual([[10_000, 20_000, 40_000, 60_000, 60_000], 5]);
    expect(kie.isHandOverDown).toBe(true);
    answer = 'fault';
    expect([await handOver('a'), await handOver('a'), requests]).toEqual([10_000, 10_000, 6]);
    answer = 'copy';
    expect([await handOver('b'), kie.isHandOverDown]).toEqual(['ready', false]);
    // One whose own pause is over while the host has one is tried after it.
    answer = 'none';
    now += 5000;
    expect(await handOver('c')).toBe(10_000);
    now += 7000;
    expect(await handOver('a')).toBe(3000);
    now += 3000;
    expect(await handOver('a')).toBe(20_000);
    answer = 'copy';
    now += 20_000;
    expect(await handOver('a')).toBe('ready');
  });

  it.each([
    [{ success: false, code: 401, msg: 'Authentication failed: Invalid API Key' }, 'PROVIDER_UNAUTHORIZED'],
    [{ success: false, code: 400, msg: 'Missing required parameter: uploadPath' }, 'PROVIDER_REJECTED'],
  ])('that Kie refuses with %j fails the task, and nothing is paid', async (answer, code) => {
    await using front = await startLoopback((_request, response) => response.end(JSON.stringify(answer)));
    await using app = await startKieApp({ KIE_UPLOAD_URL: front.url });
    const { id } = await app.as().make('fox', { referenceImages: [{ uploadId: await uploaded(app) }] });
    const { error } = await app.as().untilStage(id, 'FAILED');
    expect([error?.code, error?.billed, app.simulator.stats.createsReceived]).toEqual([code, 'NO', 0]);
  });
});
