import { createClient } from 'graphql-sse';
import { describe, expect, it } from 'vitest';
import { startKieApp, taken, type KieApp, type SeenTask } from '../support/kie-app.ts';
import { waitFor } from '../support/wait-for.ts';

const keys = { API_KEYS: 'anna:the-long-key-of-anna,ben:the-long-key-of-ben' };
const codes = ({ userErrors }: { userErrors: readonly { code: string; field?: unknown }[] }) =>
  userErrors.map(({ code, field }) => [code, field]);
const idsAt = ({ simulator }: KieApp) => Object.keys(simulator.stats.tasks);
const outcome = ({ stage, error, cost, hint }: SeenTask) => ({ stage, error: error?.code, cost, hint });

const allFields = `status stage provider model providerTaskId providerStatus prompt label useCase aspectRatio
  durationSeconds resolution videoUrl hint createdAt submittedAt completedAt lastCheckedAt nextCheckAt checks
  error { code } cost { amount settled } progress { percent estimated elapsedSeconds remainingSeconds queuePosition }
  retryOf { id } history { stage at reason }`;

/** The states that a subscriber of all tasks is sent, until it has seen enough. */
async function sentStates(
  url: string,
  isEnough: (seen: { id: string; stage: string; deletedAt: string | null }[]) => boolean,
) {
  const client = createClient({ url: `${url}/graphql`, retryAttempts: 0 });
  const seen: { id: string; stage: string; deletedAt: string | null }[] = [];
  for await (const { data } of client.iterate<{ taskStatusChanged: (typeof seen)[number] }>({
    query: 'subscription { taskStatusChanged { id stage deletedAt } }',
  })) {
    if (data) seen.push(data.taskStatusChanged);
    if (isEnough(seen)) break;
  }
  client.dispose();
  return seen;
}

describe('generateVideo with an idempotencyKey', () => {
  it('makes one task of 20 calls at once, and finds it later', async () => {
    await using app = await startKieApp();
    const caller = app.as();
    const input = { prompt: 'fox', idempotencyKey: 'k' };
    const results = await Promise.all(Array.from({ length: 20 }, () => caller.generate(input)));
    const [id = ''] = new Set(results.map((result) => taken(result).id));
    expect(new Set(results.map((result) => taken(result).id)).size).toBe(1);
    await caller.untilStage(id, 'COMPLETED');
    expect(taken(await caller.generate(input)).id).toBe(id);
    expect(app.simulator.stats.createsReceived).toBe(1);
    expect(codes(await caller.generate({ ...input, prompt: 'wolf' }))).toEqual([
      ['IDEMPOTENCY_CONFLICT', ['input', 'idempotencyKey']],
    ]);
  });

  it('is not used up by a call that was refused, belongs to one owner, and outlives its task', async () => {
    await using app = await startKieApp(keys);
    const [anna, ben] = [app.as('the-long-key-of-anna'), app.as('the-long-key-of-ben')];
    expect(codes(await anna.generate({ prompt: 'fox', durationSeconds: 5, idempotencyKey: 'k' }))).toEqual([
      ['UNSUPPORTED', ['input', 'durationSeconds']],
    ]);
    const task = await anna.make('fox', { idempotencyKey: 'k' });
    const other = await ben.make('owl', { idempotencyKey: 'k' });
    expect(other.id).not.toBe(task.id);
    expect(
      codes(await anna.call('retryVideoTask', { id: ['ID!', task.id], idempotencyKey: ['String', 'k'] })),
    ).toEqual([['IDEMPOTENCY_CONFLICT', ['idempotencyKey']]]);
    await anna.untilStage(task.id, 'COMPLETED');
    expect(await anna.delete(task.id)).toEqual({ deletedId: task.id, userErrors: [] });
    expect(codes(await anna.generate({ prompt: 'fox', idempotencyKey: 'k' }))).toEqual([
      ['NOT_FOUND', ['input', 'idempotencyKey']],
    ]);
  });
});

describe('cancelVideoTask', () => {
  it('before the submit sends nothing and costs nothing', async () => {
    await using app = await startKieApp({ KIE_CREATES_PER_10S: '1' });
    const caller = app.as();
    const first = await caller.make('first');
    await caller.until(first.id, 'it was sent', ({ providerTaskId }) => providerTaskId !== null);
    const second = await caller.make('second');
    const canceled = taken(await caller.byId('cancelVideoTask', second.id));
    expect(outcome(canceled)).toEqual({
      stage: 'CANCELED',
      error: undefined,
      hint: null,
      cost: { amount: 0, credits: 0, settled: true },
    });
    expect(codes(await caller.byId('cancelVideoTask', second.id))).toEqual([['NOT_CANCELABLE', ['id']]]);
    await caller.untilStage(first.id, 'COMPLETED');
    expect(app.simulator.stats.createsReceived).toBe(1);
  });

  it('after the submit says that it will be billed, and records the cost of a late success', async () => {
    await using app = await startKieApp({}, { durationMs: 400 });
    const caller = app.as();
    const { id } = await caller.make('fox');
    await caller.untilStage(id, 'GENERATING');
    const canceled = taken(await caller.byId('cancelVideoTask', id));
    expect(outcome(canceled)).toEqual({
      stage: 'CANCELED',
      error: undefined,
      hint: expect.stringMatching(/billed/) as string,
      cost: { amount: 0.15, credits: 30, settled: false },
    });
    const settled = await caller.until(id, 'its cost', ({ cost }) => cost?.settled === true);
    expect(outcome(settled)).toEqual({
      ...outcome(canceled),
      cost: { amount: 0.15, credits: 30, settled: true },
    });
    expect(settled.videoUrl).toBeNull();
  });

  it('in the middle of the submit keeps the id that comes late, and its cost', async () => {
    await using app = await startKieApp({}, { durationMs: 0 });
    const caller = app.as();
    const { id } = await caller.make('fox [sim:create-late=300]');
    await waitFor('the create', () => app.simulator.stats.createsReceived === 1);
    const canceled = taken(await caller.byId('cancelVideoTask', id));
    expect([canceled.stage, canceled.providerTaskId]).toEqual(['CANCELED', null]);
    expect(canceled.hint).toMatch(/billed/);
    const late = await caller.until(id, 'its cost', ({ cost }) => cost?.settled === true);
    expect([late.stage, late.providerTaskId, late.cost?.amount]).toEqual(['CANCELED', idsAt(app)[0], 0.15]);
    expect(app.simulator.stats.createsReceived).toBe(1);
  });

  it('races the worker without a second create, whichever wins', async () => {
    await using app = await startKieApp({}, { durationMs: 0 });
    const caller = app.as();
    const ends = await Promise.all(
      Array.from({ length: 30 }, async (_, index) => {
        const { id } = await caller.make(`fox ${index}`);
        const result = await caller.byId('cancelVideoTask', id);
        const end = await caller.until(id, 'its end', ({ status }) => /CANCELED|COMPLETED/.test(status));
        return { id, wasCanceled: result.task !== null, end: end.status };
      }),
    );
    expect(ends.filter(({ wasCanceled, end }) => wasCanceled !== (end === 'CANCELED'))).toEqual([]);
    const prompts = Object.values(app.simulator.stats.tasks).map(({ prompt }) => prompt);
    expect(new Set(prompts).size).toBe(prompts.length);
  });
});

describe('retryVideoTask', () => {
  it('keeps the label, the group and the words of the caller', async () => {
    await using app = await startKieApp({}, { durationMs: 60_000 });
    const caller = app.as();
    const words = { label: 'SKU', group: 'variants', useCase: 'HERO_IMAGE' };
    const { id } = await caller.make('green fire', words);
    await caller.untilStage(id, 'GENERATING');
    await caller.byId('cancelVideoTask', id);
    expect(taken(await caller.byId('retryVideoTask', id))).toMatchObject({
      userPrompt: 'green fire',
      label: 'SKU',
      group: 'variants',
    });
  });

  it('makes a new task with the same input, once for each key', async () => {
    await using app = await startKieApp();
    const caller = app.as();
    const task = await caller.make('fox [sim:fail]', { label: 'SKU-1', aspectRatio: 'PORTRAIT_9_16' });
    expect(codes(await caller.byId('retryVideoTask', task.id))).toEqual([['NOT_TERMINAL', ['id']]]);
    const failed = await caller.untilStage(task.id, 'FAILED');
    expect(outcome(failed)).toEqual({
      stage: 'FAILED',
      error: 'PROVIDER_FAILED',
      hint: null,
      cost: { amount: 0, credits: 0, settled: true },
    });
    const retry = () =>
      caller.call('retryVideoTask', { id: ['ID!', task.id], idempotencyKey: ['String', 'again'] });
    const [one, two] = await Promise.all([retry(), retry()]);
    expect(taken(one).id).toBe(taken(two).id);
    expect(taken(one)).toMatchObject({ prompt: task.prompt, label: 'SKU-1', retryOf: { id: task.id } });
    expect(codes(await caller.byId('retryVideoTask', 'task_nobody'))).toEqual([['NOT_FOUND', ['id']]]);
    // A deleted task is seen nowhere, from its retry neither.
    await caller.delete(task.id);
    expect((await caller.task(taken(one).id))?.retryOf).toBeNull();
  });
});

describe('deleteVideoTask', () => {
  it('removes an ended task and its video, and sends it a last time', async () => {
    await using app = await startKieApp();
    const caller = app.as();
    const { id } = await caller.make('fox');
    expect(codes(await caller.delete(id))).toEqual([['NOT_TERMINAL', undefined]]);
    const feed = sentStates(app.url, (seen) => seen.some(({ deletedAt }) => deletedAt !== null));
    const { videoUrl } = await caller.untilStage(id, 'COMPLETED');
    expect(await caller.delete(id)).toEqual({ deletedId: id, userErrors: [] });
    expect((await feed).at(-1)).toEqual({ id, stage: 'COMPLETED', deletedAt: expect.any(String) as string });
    expect(await caller.task(id)).toBeNull();
    expect((await fetch(videoUrl ?? '')).status).toBe(404);
    expect(codes(await caller.delete(id))).toEqual([['NOT_FOUND', undefined]]);
    expect(codes(await caller.byId('retryVideoTask', id))).toEqual([['NOT_FOUND', ['id']]]);
    expect(codes(await caller.byId('refreshVideoTask', id))).toEqual([['NOT_FOUND', ['id']]]);
    const { viewer } = await caller.query<{ viewer: { spentThisMonth: { amount: number } } }>(
      '{ viewer { spentThisMonth { amount } } }',
    );
    expect(viewer.spentThisMonth.amount).toBe(0.15);
  });
});

describe('trackVideoTask', () => {
  it('follows a task that was made elsewhere to its end', async () => {
    await using app = await startKieApp();
    const create = await fetch(`${app.simulator.url}/api/v1/veo/generate`, {
      method: 'POST',
      headers: { authorization: 'Bearer k', 'content-type': 'application/json' },
      body: JSON.stringify({ prompt: 'made elsewhere', model: 'veo3_fast' }),
    });
    const { data } = (await create.json()) as { data: { taskId: string } };
    const caller = app.as();
    const tracked = taken(await caller.track(data.taskId, { label: 'theirs' }));
    expect(tracked).toMatchObject({
      stage: 'GENERATING',
      prompt: '',
      userPrompt: null,
      label: 'theirs',
      providerTaskId: data.taskId,
      cost: null,
    });
    expect(taken(await caller.track(data.taskId)).id).toBe(tracked.id);
    const done = await caller.untilStage(tracked.id, 'COMPLETED');
    expect((await fetch(done.videoUrl ?? '')).headers.get('content-type')).toBe('video/mp4');
    expect(app.simulator.stats.createsReceived).toBe(1);
    expect(codes(await caller.byId('retryVideoTask', tracked.id))).toEqual([['UNSUPPORTED', ['id']]]);
  });

  it('keeps an unknown id open, and an id of another owner reads the same', async () => {
    await using app = await startKieApp(keys, { durationMs: 60_000 });
    const [anna, ben] = [app.as('the-long-key-of-anna'), app.as('the-long-key-of-ben')];
    const made = await anna.make('fox');
    const { providerTaskId } = await anna.untilStage(made.id, 'GENERATING');
    const foreign = taken(await ben.track(providerTaskId ?? ''));
    const nobodys = taken(await ben.track('0'.repeat(32)));
    const rest = (id: string) =>
      fetch(`${app.url}/veo31/kie-status/${id}`, {
        headers: { authorization: 'Bearer the-long-key-of-ben' },
      });
    /** All that ben can see of a task, with the id and the times taken out. */
    const seen = async ({ id, providerTaskId: theirs }: SeenTask) => {
      const { videoTask, videoTasks } = await ben.query<Record<string, object>>(
        `query ($id: ID!, $theirs: String!) {
           videoTask(id: $id) { ${allFields} }
           videoTasks(filter: { search: $theirs }) { totalCount } }`,
        { id, theirs },
      );
      const text = JSON.stringify([videoTask, videoTasks, await (await rest(theirs ?? '')).json()]);
      return text
        .replaceAll(theirs ?? '', 'ID')
        .replaceAll(/"\d{4}-[^"]+Z"/g, '"TIME"')
        .replaceAll(/"elapsedSeconds":[\d.]+|"checks":\d+/g, '');
    };
    for (const { id } of [foreign, nobodys]) await ben.until(id, 'a check', ({ checks }) => checks > 0);
    expect(await seen(foreign)).toContain('"providerStatus":"unknown"');
    expect(await seen(foreign)).toContain('"nextCheckAt":"TIME"');
    expect(await seen(foreign)).toEqual(await seen(nobodys));
    for (const { id } of [foreign, nobodys]) taken(await ben.byId('refreshVideoTask', id));
    expect(await seen(foreign)).toEqual(await seen(nobodys));
    for (const { id } of [foreign, nobodys]) taken(await ben.byId('cancelVideoTask', id));
    expect(await seen(foreign)).toEqual(await seen(nobodys));
  });

  it.each([
    ['', 'BAD_INPUT', ['input', 'providerTaskId']],
    ['two words', 'BAD_INPUT', ['input', 'providerTaskId']],
  ])('refuses the id "%s"', async (id, code, field) => {
    await using app = await startKieApp();
    expect(codes(await app.as().track(id))).toEqual([[code, field]]);
    expect(codes(await app.as().track('x', { provider: 'GOOGLE' }))).toEqual([
      ['PROVIDER_NOT_CONFIGURED', ['input', 'provider']],
    ]);
  });
});

describe('refreshVideoTask', () => {
  it('answers when its check ended, and shares it', async () => {
    await using app = await startKieApp({ KIE_POLL_INTERVAL_MS: '60000' }, { durationMs: 0 });
    const caller = app.as();
    const { id } = await caller.make('fox');
    await caller.untilStage(id, 'GENERATING');
    const results = await Promise.all(Array.from({ length: 5 }, () => caller.byId('refreshVideoTask', id)));
    expect(results.map((result) => [taken(result).stage, taken(result).checks])).toEqual(
      Array.from({ length: 5 }, () => ['COMPLETED', 1]),
    );
    expect(app.simulator.stats.checks).toBe(1);
    expect(taken(await caller.byId('refreshVideoTask', id)).checks).toBe(1);
  });
});

describe('resolveSubmission', () => {
  const lost = async (app: KieApp) => {
    const caller = app.as();
    const { id } = await caller.make('fox [sim:create-drop]');
    const task = await caller.untilStage(id, 'SUBMISSION_UNKNOWN');
    return { caller, id, task };
  };

  it('adopts the id that was found, and the task goes on', async () => {
    await using app = await startKieApp();
    const { caller, id, task } = await lost(app);
    expect(task).toMatchObject({ status: 'PROCESSING', hint: expect.stringMatching(/resolve/) as string });
    const [providerTaskId = ''] = idsAt(app);
    expect(taken(await caller.resolve(id, { providerTaskId })).stage).toBe('GENERATING');
    const done = await caller.untilStage(id, 'COMPLETED');
    expect(done.history.map(({ stage }) => stage)).toEqual([
      'WAITING',
      'SUBMITTING',
      'SUBMISSION_UNKNOWN',
      'GENERATING',
      'COMPLETED',
    ]);
    expect(app.simulator.stats.createsReceived).toBe(1);
  });

  it.each([
    ['in doubt', false, 'GENERATING'],
    ['given up on', true, 'FAILED'],
  ])('%s takes an id that another owner holds as an unknown one', async (_what, isGivenUp, stage) => {
    await using app = await startKieApp(keys, { durationMs: 60_000 });
    const [anna, ben] = [app.as('the-long-key-of-anna'), app.as('the-long-key-of-ben')];
    const made = await anna.make('owl');
    const { providerTaskId } = await anna.untilStage(made.id, 'GENERATING');
    /** The view of ben, who resolves a submission in doubt with this id, after each check. */
    const seen = async (theirs: string) => {
      const { id } = await ben.make('fox [sim:create-drop]');
      await ben.untilStage(id, 'SUBMISSION_UNKNOWN');
      if (isGivenUp) await ben.resolve(id, { giveUp: true });
      const answer = await ben.resolve(id, { providerTaskId: theirs });
      await ben.until(id, 'a check', ({ checks }) => checks > 0);
      const again = await ben.resolve(id, { providerTaskId: '1'.repeat(32) });
      const track = await ben.track(theirs);
      const { videoTask } = await ben.query<{ videoTask: object }>(
        `query ($id: ID!) { videoTask(id: $id) { ${allFields} } }`,
        { id },
      );
      await ben.byId('cancelVideoTask', id);
      const retry = await ben.byId('retryVideoTask', id);
      return JSON.stringify([answer, again, track.task?.id === id, videoTask, codes(retry)])
        .replaceAll(theirs, 'ID')
        .replaceAll(id, 'OURS')
        .replaceAll(/"\d{4}-[^"]+Z"/g, '"TIME"')
        .replaceAll(/"(elapsedSeconds|remainingSeconds|percent|checks)":[\d.]+/g, '');
    };
    const foreign = await seen(providerTaskId ?? '');
    expect(foreign).toContain(`"stage":"${stage}"`);
    // Each id is followed by one task of an owner.
    expect(foreign).toContain('true,{"status"');
    expect(foreign).toEqual(await seen('0'.repeat(32)));
  });

  it('gives up, and a later found id still completes it', async () => {
    await using app = await startKieApp();
    const { caller, id } = await lost(app);
    expect(taken(await caller.resolve(id, { giveUp: true }))).toMatchObject({
      stage: 'FAILED',
      error: { code: 'SUBMISSION_UNKNOWN', billed: 'UNKNOWN' },
      cost: { amount: 0.15, settled: false },
    });
    expect(taken(await caller.resolve(id, { providerTaskId: idsAt(app)[0] })).stage).toBe('FAILED');
    expect((await caller.untilStage(id, 'COMPLETED')).error).toBeNull();
  });

  it('resubmits as a new task, once', async () => {
    await using app = await startKieApp();
    const { caller, id } = await lost(app);
    // A client's own key is not ours, whatever it looks like.
    await caller.make('owl', { idempotencyKey: `resubmit:${id.replace('task_', '')}` });
    await waitFor('its create', () => app.simulator.stats.createsReceived === 2);
    const [one, two] = await Promise.all([
      caller.resolve(id, { resubmit: true }),
      caller.resolve(id, { resubmit: true }),
    ]);
    expect(taken(one)).toMatchObject({ retryOf: { id } });
    expect(taken(two).id).toBe(taken(one).id);
    expect((await caller.task(id))?.stage).toBe('FAILED');
    await waitFor('the second create of it', () => app.simulator.stats.createsReceived === 3);
  });

  it('says what it cannot do', async () => {
    await using app = await startKieApp({}, { durationMs: 60_000 });
    const { caller, id } = await lost(app);
    const other = await caller.make('owl');
    const { providerTaskId } = await caller.untilStage(other.id, 'GENERATING');
    expect([
      codes(await caller.resolve(id, { giveUp: false })),
      codes(await caller.resolve(id, { resubmit: false })),
      codes(await caller.resolve(id, { providerTaskId: 'two words' })),
      codes(await caller.resolve(id, { providerTaskId })),
      codes(await caller.resolve(other.id, { giveUp: true })),
      codes(await caller.resolve('task_nobody', { giveUp: true })),
    ]).toEqual([
      [['BAD_INPUT', ['resolution', 'giveUp']]],
      [['BAD_INPUT', ['resolution', 'resubmit']]],
      [['BAD_INPUT', ['resolution', 'providerTaskId']]],
      [['BAD_INPUT', ['resolution', 'providerTaskId']]],
      [['NOT_RESOLVABLE', ['id']]],
      [['NOT_FOUND', ['id']]],
    ]);
    expect((await caller.task(id))?.stage).toBe('SUBMISSION_UNKNOWN');
  });
});

describe('another owner', () => {
  it('cannot command a task, nor distinguish it from an unknown one', async () => {
    await using app = await startKieApp(keys, { durationMs: 60_000 });
    const { id } = await app.as('the-long-key-of-anna').make('fox');
    const ben = app.as('the-long-key-of-ben');
    const answers = [
      await ben.byId('refreshVideoTask', id),
      await ben.byId('cancelVideoTask', id),
      await ben.byId('retryVideoTask', id),
      await ben.resolve(id, { giveUp: true }),
    ];
    expect(answers.map(codes)).toEqual(answers.map(() => [['NOT_FOUND', ['id']]]));
    expect(codes(await ben.delete(id))).toEqual([['NOT_FOUND', undefined]]);
    expect((await app.as('the-long-key-of-anna').task(id))?.status).not.toBe('CANCELED');
  });
});
