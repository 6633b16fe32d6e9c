import { createClient } from 'graphql-ws';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { Caller, taken } from '../support/kie-app.ts';
import { startTestApp } from '../support/start-app.ts';
import { png, upload } from '../support/upload.ts';

const keys = { first: '0123456789abcdef', second: 'fedcba9876543210' };
const withKeys = { API_KEYS: `first:${keys.first},second:${keys.second}` };
const codes = (result: { userErrors: readonly { code: string }[] }) =>
  result.userErrors.map(({ code }) => code);

describe('LIMIT_OPEN_TASKS_PER_OWNER', () => {
  it('holds for every way to open a task, and an ended task no longer counts', async () => {
    await using app = await startTestApp({
      ...withKeys,
      LIMIT_OPEN_TASKS_PER_OWNER: '2',
      SIMULATOR_DURATION_MS: '600000',
    });
    const caller = new Caller(app.url, keys.first);
    const input = { prompt: 'fox', idempotencyKey: 'once' };
    const first = taken(await caller.generate(input));
    taken(await caller.track('theirs', { provider: 'SIMULATOR' }));
    expect(codes(await caller.generate({ prompt: 'owl' }))).toEqual(['RATE_LIMITED']);
    expect(codes(await caller.track('more', { provider: 'SIMULATOR' }))).toEqual(['RATE_LIMITED']);
    const form = new URLSearchParams({ reference_image_urls: 'https://images.example/ring.jpg' });
    const response = await fetch(`${app.url}/veo31/generate-from-urls`, {
      method: 'POST',
      headers: { authorization: `Bearer ${keys.first}` },
      body: form,
    });
    expect([response.status, await response.json()]).toEqual([
      429,
      { error: expect.stringContaining('LIMIT_OPEN_TASKS_PER_OWNER') as string },
    ]);
    const estimate = async (fields: string) =>
      (
        await caller.query<{ estimateVideo: { cost: unknown; userErrors: { code: string }[] } }>(
          `{ estimateVideo(input: { ${fields} }) { cost { amount } userErrors { code } } }`,
        )
      ).estimateVideo;
    const refused = await estimate('prompt: "owl"');
    expect([refused.cost, codes(refused)]).toEqual([
      { amount: expect.any(Number) as number },
      ['RATE_LIMITED'],
    ]);
    expect(codes(await estimate('prompt: "fox", idempotencyKey: "once"'))).toEqual([]);
    // What exists is found again, and others are not concerned.
    expect(taken(await caller.generate(input)).id).toBe(first.id);
    await new Caller(app.url, keys.second).make('hen');
    taken(await caller.byId('cancelVideoTask', first.id));
    const retried = taken(await caller.byId('retryVideoTask', first.id));
    expect(codes(await caller.byId('retryVideoTask', first.id))).toEqual(['RATE_LIMITED']);
    const { viewer } = await caller.query<{ viewer: { openTasks: number } }>('{ viewer { openTasks } }');
    expect(viewer.openTasks).toBe(2);
    taken(await caller.byId('cancelVideoTask', retried.id));
    await caller.make('owl');
  });
});

describe('LIMIT_MUTATIONS_PER_MINUTE', () => {
  it('counts every mutation on every transport, for each owner alone', async () => {
    await using app = await startTestApp({ ...withKeys, LIMIT_MUTATIONS_PER_MINUTE: '8' });
    const caller = new Caller(app.url, keys.first);
    const unknown = 'task_AAAAAAAAAAAAAAAAAAAAAA';
    const { id } = await caller.make('fox');
    await caller.byId('refreshVideoTask', unknown);
    await caller.byId('cancelVideoTask', 'not an id');
    await caller.resolve(unknown, { giveUp: false });
    expect((await upload(app.url, png, keys.first)).status).toBe(200);
    // Each field counts.
    await caller.query(
      `mutation { a: deleteVideoTask(id: "x") { deletedId } b: deleteVideoTask(id: "x") { deletedId } }`,
    );
    const socket = createClient({
      url: `${app.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: keys.first },
    });
    const text = `mutation { trackVideoTask(input: { provider: SIMULATOR, providerTaskId: "x" }) { task { id } userErrors { code message } } }`;
    const overSocket = async () => {
      for await (const { data } of socket.iterate<{ trackVideoTask: { task: unknown; userErrors: unknown } }>(
        { query: text },
      )) {
        return data?.trackVideoTask;
      }
      throw new Error('No result');
    };
    expect(await overSocket()).toMatchObject({ task: { id: expect.any(String) as string }, userErrors: [] });
    expect(await overSocket()).toEqual({
      task: null,
      userErrors: [
        {
          code: 'RATE_LIMITED',
          message: expect.stringMatching(
            /^At most 8 mutations per minute are accepted\. Try again in \d+ s/,
          ) as string,
        },
      ],
    });
    await socket.dispose();
    expect(codes(await caller.generate({ prompt: 'owl' }))).toEqual(['RATE_LIMITED']);
    expect(codes(await caller.delete(id))).toEqual(['RATE_LIMITED']);
    expect((await upload(app.url, png, keys.first)).body.data?.uploadReferenceImage).toMatchObject({
      image: null,
      userErrors: [{ code: 'RATE_LIMITED' }],
    });
    const rest = await fetch(`${app.url}/veo31/generate-from-urls`, {
      method: 'POST',
      headers: { authorization: `Bearer ${keys.first}` },
      body: new URLSearchParams({ reference_image_urls: 'https://images.example/ring.jpg' }),
    });
    expect(rest.status).toBe(429);
    // Reads are not counted.
    expect((await caller.task(id))?.id).toBe(id);
    await new Caller(app.url, keys.second).make('hen');
  });

  it('is unset for the owner without authentication, and holds for it where it is set', async () => {
    await using open = await startTestApp();
    const caller = new Caller(open.url);
    for (let count = 0; count < 30; count += 1) await caller.byId('cancelVideoTask', 'x');
    expect(codes(await caller.byId('cancelVideoTask', 'x'))).toEqual(['NOT_FOUND']);
    await using limited = await startTestApp({ LIMIT_MUTATIONS_PER_MINUTE: '1' });
    const other = new Caller(limited.url);
    expect(codes(await other.byId('cancelVideoTask', 'x'))).toEqual(['NOT_FOUND']);
    expect(codes(await other.byId('cancelVideoTask', 'x'))).toEqual(['RATE_LIMITED']);
  });
});
