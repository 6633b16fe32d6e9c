import { readdir, readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startKieApp, taken } from '../support/kie-app.ts';
import { startLoopback, type Loopback } from '../support/loopback.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';

describe('a download', () => {
  const open = new Set<ServerResponse>();
  let video: Buffer;
  /** Begins with a video, and goes on by a byte now and then, until the test ends it. */
  let dripping: Loopback;
  beforeAll(async () => {
    video = await readFile(new URL('../../src/providers/simulator/samples/16x9.mp4', import.meta.url));
    dripping = await startLoopback((_request, response) => {
      response.writeHead(200, { 'content-type': 'video/mp4' }).write(video.subarray(0, 5000));
      open.add(response);
      const drip = setInterval(() => response.write('x'), 200);
      response.on('close', () => {
        clearInterval(drip);
        open.delete(response);
      });
    });
  });
  afterAll(() => dripping[Symbol.asyncDispose]());
  const marker = () => `[sim:result-url=${dripping.url}/v.mp4]`;

  it('that drips takes no place of a check, and lets a refresh answer', async () => {
    await using app = await startKieApp({}, { durationMs: 0, allowHosts: [dripping.host] });
    const caller = app.as();
    // As many as there are places for checks.
    const drips = await Promise.all(
      Array.from({ length: 100 }, (_, index) => caller.make(`drip ${index} ${marker()}`)),
    );
    await waitFor('all of them', () => open.size === 100, Boolean, 20_000);
    const stuck = await caller.make('fox [sim:stuck]');
    await caller.until(stuck.id, 'checks', ({ checks }) => checks > 1);
    for (const { id } of drips.slice(0, 3)) {
      // Answered by the check whose download goes on: three waits of 15 s for its end are more than this test may take.
      expect(taken(await caller.byId('refreshVideoTask', id))).toMatchObject({
        stage: 'GENERATING',
        providerStatus: 'success',
        hint: 'The video is ready at Kie.ai, and is being copied.',
      });
    }
    expect(open.size).toBe(100);
  });

  it('that drips ends with the patience', async () => {
    const env = { PATIENCE_MS: '1200', PROVIDER_TIMEOUT_MS: '1000' };
    await using app = await startKieApp(env, { durationMs: 0, allowHosts: [dripping.host] });
    const { id } = await app.as().make(`fox ${marker()}`);
    expect(await app.as().untilStage(id, 'FAILED')).toMatchObject({
      error: { code: 'GAVE_UP', billed: 'UNKNOWN' },
      providerStatus: 'success',
    });
  });

  it('of a task that is canceled during it leaves no file', async () => {
    await using folder = await temporaryFolder();
    const env = { DATA_DIR: folder.path };
    await using app = await startKieApp(env, { durationMs: 0, allowHosts: [dripping.host] });
    const caller = app.as();
    const files = () => readdir(join(folder.path, 'media'));
    const { id } = await caller.make(`fox ${marker()}`);
    await waitFor('a part of it', async () => (await files()).length > 0);
    taken(await caller.byId('cancelVideoTask', id));
    for (const response of open) response.end(video.subarray(5000));
    await waitFor('no file', async () => (await files()).length === 0);
    // Nothing is stored any more: another one is, beside none.
    const other = await caller.make('owl');
    await caller.untilStage(other.id, 'COMPLETED');
    expect(await files()).toHaveLength(1);
  });
});
