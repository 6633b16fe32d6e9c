import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Caller, startKieApp, type KieApp } from '../support/kie-app.ts';
import { runCli } from '../support/run-cli.ts';
import { readZip } from '../support/read-zip.ts';
import { sampleImage } from '../support/sample-videos.ts';

const keys = { boss: 'the-long-key-of-boss', anna: 'the-long-key-of-anna', ben: 'the-long-key-of-ben' };
let app: KieApp;
beforeAll(async () => {
  app = await startKieApp({
    API_KEYS: Object.entries(keys)
      .map(([name, key]) => `${name}:${key}`)
      .join(','),
    ADMINS: 'key:boss',
  });
});
afterAll(() => app[Symbol.asyncDispose]());

const as = (name: keyof typeof keys) => new Caller(app.url, keys[name]);
const bearer = (name: keyof typeof keys) => ({ authorization: `Bearer ${keys[name]}` });

const codeOf = async (query: Promise<unknown>) =>
  query.then(
    () => null,
    (error: unknown) => /UNAUTHENTICATED|FORBIDDEN|NOT_FOUND|BAD_INPUT/.exec(String(error))?.[0],
  );

describe('an owner of ADMINS', () => {
  it('is told so, and reads every task, alone and in lists', async () => {
    const { id } = await as('anna').make('an owl of Anna', { label: 'SKU-A' });
    const own = await as('boss').make('a fox of the boss');
    const admins = async (name: keyof typeof keys) =>
      (await as(name).query<{ viewer: unknown }>('{ viewer { owner admin } }')).viewer;
    expect(await Promise.all([admins('boss'), admins('ben')])).toEqual([
      { owner: 'key:boss', admin: true },
      { owner: 'key:ben', admin: false },
    ]);
    const read = (name: keyof typeof keys) =>
      as(name).query('query ($id: ID!) { videoTask(id: $id) { owner } node(id: $id) { id } }', { id });
    expect(await read('boss')).toEqual({ videoTask: { owner: 'key:anna' }, node: { id } });
    expect(await read('ben')).toEqual({ videoTask: null, node: null });
    const list = (name: keyof typeof keys, filter = {}) =>
      as(name).query<{ videoTasks: unknown }>(
        'query ($filter: VideoTaskFilter) { videoTasks(filter: $filter) { totalCount edges { node { id } } } }',
        { filter },
      );
    const listed = (...ids: string[]) => ({
      videoTasks: { totalCount: ids.length, edges: ids.map((one) => ({ node: { id: one } })) },
    });
    expect(await list('boss')).toEqual(listed(own.id, id));
    expect(await list('boss', { owner: 'key:anna' })).toEqual(listed(id));
    expect(await list('boss', { search: 'OWL of' })).toEqual(listed(id));
    expect(await list('boss', { label: 'SKU-A' })).toEqual(listed(id));
    expect(await list('ben')).toEqual(listed());
    expect(await list('anna', { owner: 'key:anna' })).toEqual(listed(id));
    for (const owner of ['key:anna', 'key:nobody']) {
      expect(await codeOf(list('ben', { owner }))).toBe('FORBIDDEN');
    }
    const spending = (name: keyof typeof keys) =>
      as(name).query<{ spending: { total: { amount: number } } }>(
        'query ($from: DateTime!) { spending(from: $from, owner: "key:anna") { total { amount } } }',
        { from: new Date().toISOString() },
      );
    expect((await spending('boss')).spending.total.amount).toBeGreaterThan(0);
    expect(await codeOf(spending('ben'))).toBe('FORBIDDEN');
  });

  it('fixes a task of any owner, as that owner; to others it does not exist', async () => {
    const { id } = await as('anna').make('an owl [sim:create-drop]');
    await as('anna').untilStage(id, 'SUBMISSION_UNKNOWN');
    const commands = (name: keyof typeof keys) => ({
      refresh: () => as(name).byId('refreshVideoTask', id),
      resolve: () => as(name).resolve(id, { giveUp: true }),
      cancel: () => as(name).byId('cancelVideoTask', id),
      retry: () => as(name).byId('retryVideoTask', id),
      delete: () => as(name).delete(id),
    });
    for (const call of Object.values(commands('ben'))) {
      expect((await call()).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    }
    const boss = commands('boss');
    expect((await boss.refresh()).task).toMatchObject({ id, stage: 'SUBMISSION_UNKNOWN' });
    expect((await boss.resolve()).task).toMatchObject({ id, stage: 'FAILED' });
    expect((await boss.cancel()).userErrors).toMatchObject([{ code: 'NOT_CANCELABLE' }]);
    const again = (await boss.retry()).task;
    expect(again?.retryOf).toEqual({ id });
    // It is Anna's, and on her account.
    expect(await as('anna').task(again?.id ?? '')).toMatchObject({ id: again?.id });
    expect(await boss.delete()).toMatchObject({ deletedId: id });
    expect(await as('anna').task(id)).toBeNull();
  });

  it('gets the changes of every task', async () => {
    const events = async (
      name: keyof typeof keys,
      variables: Record<string, unknown>,
      goesOn: (seen: readonly unknown[]) => boolean = () => false,
    ) => {
      const client = createClient({
        url: `${app.url.replace('http', 'ws')}/graphql`,
        connectionParams: bearer(name),
        webSocketImpl: WebSocket,
        retryAttempts: 0,
      });
      const query = `subscription ($id: ID, $filter: TaskFeedFilter) {
        taskStatusChanged(id: $id, filter: $filter) { id owner stage } }`;
      const seen: unknown[] = [];
      for await (const event of client.iterate({ query, variables })) {
        seen.push(event.data?.['taskStatusChanged'] ?? event.errors?.[0]?.extensions?.['code']);
        if (!goesOn(seen)) break;
      }
      await client.dispose();
      return seen;
    };
    const { id } = await as('anna').make('an owl [sim:stuck]', { label: 'SKU-F' });
    await as('anna').untilStage(id, 'GENERATING');
    const state = { id, owner: 'key:anna', stage: 'GENERATING' };
    expect(await events('boss', { id })).toEqual([state]);
    expect(await events('boss', { filter: { label: 'SKU-F' } })).toEqual([state]);
    expect(await events('ben', { id })).toEqual(['NOT_FOUND']);
    let canceling: Promise<unknown> | undefined;
    const live = await events('boss', { filter: { label: 'SKU-F' } }, ({ length }) => {
      canceling ??= as('boss').byId('cancelVideoTask', id);
      return length < 2;
    });
    await canceling;
    expect(live).toEqual([state, { ...state, stage: 'CANCELED' }]);
    const { id: next } = await as('anna').make('another owl [sim:stuck]', { label: 'SKU-G' });
    await as('anna').untilStage(next, 'GENERATING');
    const isNext = (event: unknown) => (event as { id: string }).id === next;
    const all = await events('boss', {}, (seen) => !isNext(seen.at(-1)));
    expect(all.at(-1)).toEqual({ ...state, id: next });
  });

  it('downloads, sees by REST and on the command line what any owner made, and stores its poster', async () => {
    const { id } = await as('anna').make('an owl');
    await as('anna').untilStage(id, 'COMPLETED');
    const zip = async (name: keyof typeof keys) => {
      const response = await fetch(`${app.url}/downloads`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...bearer(name) },
        body: JSON.stringify({ ids: [id] }),
      });
      return [...readZip(Buffer.from(await response.arrayBuffer())).keys()];
    };
    expect(await zip('boss')).toEqual([expect.stringMatching(/\.mp4$/)]);
    const providerTaskId = (await as('anna').task(id))?.providerTaskId ?? '';
    const rest = async (name: keyof typeof keys, taskId: string) => {
      const response = await fetch(`${app.url}/veo31/status/${taskId}`, { headers: bearer(name) });
      return ((await response.json()) as { status?: string }).status;
    };
    expect([await rest('boss', id), await rest('boss', providerTaskId)]).toEqual(['completed', 'completed']);
    expect(await rest('ben', id)).not.toBe('completed');
    const show = (name: keyof typeof keys) => runCli(['show', id], { url: app.url, key: keys[name] });
    expect(await show('boss')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('COMPLETED') as string,
    });
    expect((await show('ben')).code).not.toBe(0);
    const frame = await sampleImage('16x9.jpg');
    const store = async (name: keyof typeof keys) => {
      const query =
        'mutation ($id: ID!, $file: File!) { storePoster(id: $id, file: $file) { task { id } userErrors { code } } }';
      const form = new FormData();
      form.set('operations', JSON.stringify({ query, variables: { id, file: null } }));
      form.set('map', JSON.stringify({ 0: ['variables.file'] }));
      form.set('0', new Blob([new Uint8Array(frame)]), 'frame.jpg');
      const response = await fetch(`${app.url}/graphql`, {
        method: 'POST',
        headers: bearer(name),
        body: form,
      });
      return ((await response.json()) as { data: unknown }).data;
    };
    expect(await store('ben')).toEqual({ storePoster: { task: null, userErrors: [{ code: 'NOT_FOUND' }] } });
    expect(await store('boss')).toEqual({ storePoster: { task: { id }, userErrors: [] } });
  });
});
