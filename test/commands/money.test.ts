import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { Caller, startKieApp, taken } from '../support/kie-app.ts';
import { startLoopback } from '../support/loopback.ts';
import { startTestApp } from '../support/start-app.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';
import { png, upload } from '../support/upload.ts';

interface Viewer {
  readonly owner: string;
  readonly spentThisMonth: { readonly amount: number; readonly settled: boolean };
  readonly budgetPerMonth: { readonly amount: number } | null;
  readonly openTasks: number;
}

const viewerOf = async (caller: Caller) =>
  (
    await caller.query<{ viewer: Viewer }>(
      '{ viewer { owner spentThisMonth { amount settled } budgetPerMonth { amount } openTasks } }',
    )
  ).viewer;
const errors = ({ userErrors }: { userErrors: readonly { code: string; field: unknown }[] }) =>
  userErrors.map(({ code, field }) => [code, field]);

const keys = { API_KEYS: 'anna:the-long-key-of-anna,ben:the-long-key-of-ben,eve:the-long-key-of-eve' };

describe('what a video costs', () => {
  it('is estimated before, booked with the task, and settled by what the provider reports', async () => {
    await using app = await startKieApp({}, { durationMs: 300 });
    const caller = app.as();
    const { estimateVideo } = await caller.query<{ estimateVideo: unknown }>(
      `{ estimateVideo(input: { prompt: "fox", resolution: P1080 }) {
           provider model cost { amount currency credits settled } seconds userErrors { code } } }`,
    );
    const cost = { amount: 0.1875, credits: 37.5, settled: false };
    expect(estimateVideo).toEqual({
      provider: 'KIE',
      model: 'veo3_fast',
      cost: { ...cost, currency: 'USD' },
      seconds: 60,
      userErrors: [],
    });
    const task = await caller.make('fox', { resolution: 'P1080' });
    expect(task.cost).toEqual(cost);
    expect(await viewerOf(caller)).toEqual({
      owner: 'local',
      spentThisMonth: { amount: 0.1875, settled: false },
      budgetPerMonth: null,
      openTasks: 1,
    });
    expect((await caller.untilStage(task.id, 'COMPLETED')).cost).toEqual({ ...cost, settled: true });
    expect(await viewerOf(caller)).toMatchObject({
      spentThisMonth: { amount: 0.1875, settled: true },
      openTasks: 0,
    });
  });

  it('is looked for although a canceled task was deleted, and announced to no one', async () => {
    // The task fails when the test sets the provider's clock forward.
    const clock = { aheadMs: 0 };
    await using app = await startKieApp({}, { durationMs: 60_000, now: () => Date.now() + clock.aheadMs });
    const caller = app.as();
    const { id } = await caller.make('fox [sim:fail]');
    await caller.untilStage(id, 'GENERATING');
    taken(await caller.byId('cancelVideoTask', id));
    expect(await caller.delete(id)).toEqual({ deletedId: id, userErrors: [] });
    const revision = async () =>
      (await caller.query<{ videoTasks: { revision: string } }>('{ videoTasks { revision } }')).videoTasks
        .revision;
    const deleted = await revision();
    expect((await viewerOf(caller)).spentThisMonth).toEqual({ amount: 0.15, settled: false });
    clock.aheadMs = 60_000;
    await waitFor(
      'its cost',
      () => viewerOf(caller),
      ({ spentThisMonth }) => spentThisMonth.settled && spentThisMonth.amount === 0,
    );
    expect(await revision()).toBe(deleted);
  });

  it.each([
    ['refuses', 402],
    ['says "not now"', 429],
  ])('is nothing when the provider %s after the task was canceled', async (_what, code) => {
    const held: ServerResponse[] = [];
    await using kie = await startLoopback((request, response) => {
      if (request.method === 'POST') held.push(response);
      else response.writeHead(404).end();
    });
    await using app = await startTestApp({
      PROVIDERS: 'kie',
      KIE_API_KEY: 'k',
      KIE_BASE_URL: kie.url,
      KIE_CREATES_PER_10S: '0',
    });
    const caller = new Caller(app.url);
    const { id } = await caller.make('fox');
    await waitFor('the create', () => held.length === 1);
    expect(taken(await caller.byId('cancelVideoTask', id)).hint).toMatch(/billed/);
    held[0]?.end(JSON.stringify({ code, msg: 'x', data: null }));
    const end = await caller.until(id, 'its cost', ({ cost }) => cost?.settled === true);
    expect(end).toMatchObject({
      stage: 'CANCELED',
      hint: null,
      error: null,
      cost: { amount: 0, credits: 0 },
    });
    expect((await viewerOf(caller)).spentThisMonth).toEqual({ amount: 0, settled: true });
    expect(held).toHaveLength(1);
  });

  it('is estimated with all that generateVideo would refuse, and an estimate keeps nothing', async () => {
    await using app = await startKieApp({ ...keys, BUDGET_PER_MONTH: '0.3,key:ben=0.1' });
    const [anna, ben] = [app.as('the-long-key-of-anna'), app.as('the-long-key-of-ben')];
    const { body } = await upload(app.url, png, 'the-long-key-of-anna');
    const uploadId = body.data?.uploadReferenceImage.image?.uploadId;
    /** What the estimate says; then what really happens. */
    const estimated = async (caller: Caller, input: Record<string, unknown>) => {
      const { estimateVideo } = await caller.query<{
        estimateVideo: { userErrors: { code: string; message: string; field: string[] | null }[] };
      }>(
        `query ($input: GenerateVideoInput!) { estimateVideo(input: $input) {
           model cost { amount } userErrors { code message field } } }`,
        { input: { prompt: 'fox', ...input } },
      );
      return estimateVideo;
    };
    const refused = async (caller: Caller, input: Record<string, unknown>) => {
      const reported = errors(await estimated(caller, input));
      expect(reported).toEqual(errors(await caller.generate({ prompt: 'fox', ...input })));
      return reported;
    };
    expect(await refused(ben, {})).toEqual([['BUDGET_EXCEEDED', null]]);
    expect(await refused(ben, { model: 'market/model' })).toEqual([['BUDGET_EXCEEDED', ['input', 'model']]]);
    const images = { referenceImages: [{ uploadId }] };
    const unknown = [['NOT_FOUND', ['input', 'referenceImages', '0', 'uploadId']]];
    expect(await refused(ben, images)).toEqual(unknown);
    expect(await refused(ben, { referenceImages: [{ uploadId: 'nobodys' }] })).toEqual(unknown);
    // The price comes with the refusal.
    expect(await estimated(ben, {})).toMatchObject({
      model: 'veo3_fast',
      cost: { amount: 0.15 },
      userErrors: [{ message: expect.stringMatching(/USD 0.15; .*USD 0.1, USD 0 are used/) as string }],
    });
    expect(await estimated(anna, images)).toMatchObject({ cost: { amount: 0.15 }, userErrors: [] });
    expect((await viewerOf(anna)).spentThisMonth.amount).toBe(0);

    const made = await anna.make('fox', { ...images, idempotencyKey: 'k' });
    await anna.make('fox', { idempotencyKey: 'l' });
    expect(await refused(anna, {})).toEqual([['BUDGET_EXCEEDED', null]]);
    expect(await refused(anna, { prompt: 'owl', idempotencyKey: 'k' })).toEqual([
      ['IDEMPOTENCY_CONFLICT', ['input', 'idempotencyKey']],
    ]);
    // The key's task is there already: nothing more is paid.
    const again = { ...images, idempotencyKey: 'k' };
    expect(await estimated(anna, again)).toMatchObject({ model: 'veo3_fast', userErrors: [] });
    expect(taken(await anna.generate({ prompt: 'fox', ...again })).id).toBe(made.id);
  });

  it.each([
    ['fails at the provider', '[sim:fail]', { amount: 0, settled: true }],
    ['is refused', '[sim:create-code=422]', { amount: 0, settled: true }],
    ['reports no cost', '[sim:no-credits-consumed]', { amount: 0.15, settled: false }],
  ])('is right for a task that %s', async (_what, marker, cost) => {
    await using app = await startKieApp();
    const caller = app.as();
    const { id } = await caller.make(`fox ${marker}`);
    const { cost: reported } = await caller.until(id, 'the end', ({ status }) =>
      /COMPLETED|FAILED/.test(status),
    );
    expect(reported).toMatchObject(cost);
    expect((await viewerOf(caller)).spentThisMonth).toEqual(cost);
  });

  it('follows the prices of the operator', async () => {
    await using app = await startKieApp({ KIE_PRICES: 'veo3_fast=0.4,veo3_fast/P1080=0.5,kling/v2=1' });
    const caller = app.as();
    const amount = async (more: Record<string, unknown>) => (await caller.make('fox', more)).cost?.amount;
    expect([
      await amount({}),
      await amount({ resolution: 'P1080' }),
      await amount({ model: 'kling/v2' }),
      await amount({ model: 'another/model' }),
    ]).toEqual([0.4, 0.5, 1, undefined]);
  });
});

describe('BUDGET_PER_MONTH', () => {
  it('holds for each owner, retries included, and what is refused takes nothing', async () => {
    await using app = await startKieApp({ ...keys, BUDGET_PER_MONTH: '0.3,key:ben=0.1,key:eve=1000' });
    const [anna, ben, eve] = [
      app.as('the-long-key-of-anna'),
      app.as('the-long-key-of-ben'),
      app.as('the-long-key-of-eve'),
    ];
    expect(errors(await ben.generate({ prompt: 'fox' }))).toEqual([['BUDGET_EXCEEDED', null]]);
    expect(await viewerOf(ben)).toEqual({
      owner: 'key:ben',
      spentThisMonth: { amount: 0, settled: true },
      budgetPerMonth: { amount: 0.1 },
      openTasks: 0,
    });
    const one = await anna.make('one');
    const two = await anna.make('two [sim:fail]');
    expect(errors(await anna.generate({ prompt: 'three' }))).toEqual([['BUDGET_EXCEEDED', null]]);
    await anna.untilStage(one.id, 'COMPLETED');
    // A failed one gives its part back.
    await anna.untilStage(two.id, 'FAILED');
    const three = taken(await anna.byId('retryVideoTask', one.id));
    expect(errors(await anna.byId('retryVideoTask', one.id))).toEqual([['BUDGET_EXCEEDED', null]]);
    await anna.untilStage(three.id, 'COMPLETED');
    expect(await anna.delete(one.id)).toMatchObject({ deletedId: one.id });
    expect(errors(await anna.generate({ prompt: 'four' }))).toEqual([['BUDGET_EXCEEDED', null]]);
    expect(errors(await eve.generate({ prompt: 'fox', model: 'market/model' }))).toEqual([
      ['BUDGET_EXCEEDED', ['input', 'model']],
    ]);
  });

  it('refuses options whose price is not booked, says why, and takes nothing', async () => {
    await using app = await startKieApp({ ...keys, BUDGET_PER_MONTH: 'key:ben=1' });
    const [anna, ben] = [app.as('the-long-key-of-anna'), app.as('the-long-key-of-ben')];
    const unpriced = {
      enableFallback: true,
      enable_fallback: true,
      mode: 'pro',
      quality: 'high',
      num_outputs: 4,
      n_frames: '25',
      size: 'high',
      sound: true,
      tier: 'veo3',
      task_id: 'x',
      video_url: 'https://x.test/v.mp4',
      Watermark: 'Mine',
      watermark: ['Mine'],
      '': 1,
    };
    for (const [key, value] of Object.entries(unpriced)) {
      const input = { prompt: 'fox', providerOptions: { enable_translation: false, [key]: value } };
      const refused = [['BAD_INPUT', ['input', 'providerOptions', key]]];
      const { estimateVideo } = await ben.query<{
        estimateVideo: { userErrors: { code: string; field: string[]; message: string }[] };
      }>(
        'query ($input: GenerateVideoInput!) { estimateVideo(input: $input) { userErrors { code field message } } }',
        { input },
      );
      expect(errors(estimateVideo)).toEqual(refused);
      expect(estimateVideo.userErrors[0]?.message).toContain('budget');
      expect(errors(await ben.generate(input))).toEqual(refused);
      // Without a budget, options are the caller's own affair.
      expect(errors(await anna.generate(input))).toEqual([]);
    }
    expect(await viewerOf(ben)).toMatchObject({ spentThisMonth: { amount: 0 }, openTasks: 0 });
  });

  it('lets options pass that cost nothing, and none in a retry that a generation would not', async () => {
    await using app = await startKieApp({ BUDGET_PER_MONTH: '1' });
    const caller = app.as();
    const { id } = await caller.make('fox [sim:fail]', {
      providerOptions: { watermark: 'Mine', enable_translation: false },
    });
    await caller.untilStage(id, 'FAILED');
    expect(errors(await caller.byId('retryVideoTask', id))).toEqual([]);
  });

  it('holds for the options of a task that is older than the budget', async () => {
    await using folder = await temporaryFolder();
    const settings = { DATA_DIR: folder.path };
    let id = '';
    {
      await using before = await startKieApp(settings);
      ({ id } = await before.as().make('fox [sim:fail]', { providerOptions: { mode: 'pro' } }));
      await before.as().untilStage(id, 'FAILED');
    }
    await using app = await startKieApp({ ...settings, BUDGET_PER_MONTH: '1' });
    expect(errors(await app.as().byId('retryVideoTask', id))).toEqual([['BAD_INPUT', ['id']]]);
  });

  it('books a model that is not listed by the second, or not at all where its price is not known', async () => {
    await using app = await startKieApp({
      BUDGET_PER_MONTH: '100',
      KIE_PRICES: 'flat=0.5,timed=0.1/s,timed/P1080=0.2/s,veo3_lite=0.01/s',
    });
    const caller = app.as();
    const book = async (input: Record<string, unknown>) => {
      const { task, userErrors } = await caller.generate({ prompt: 'fox', ...input });
      return task?.cost?.amount ?? errors({ userErrors });
    };
    const unknown = [['BUDGET_EXCEEDED', ['input', 'model']]];
    const options = (providerOptions: object) => ({ providerOptions });
    expect([
      await book({ model: 'flat' }),
      await book({ model: 'flat', ...options({ duration: 3600 }) }),
      await book({ model: 'flat', ...options({ resolution: '4k' }) }),
      await book({ model: 'timed' }),
      await book({ model: 'timed', ...options({ duration: 30 }) }),
      await book({ model: 'timed', ...options({ duration: '30', resolution: '1080p' }) }),
      await book({ model: 'timed', ...options({ duration: 30, resolution: '4k' }) }),
      await book({ model: 'timed', ...options({ duration: 30, resolution: 'highest' }) }),
      await book({ model: 'timed', ...options({ duration: -30 }) }),
      await book({ model: 'timed', ...options({ duration: 99_999_999 }) }),
      await book({ model: 'market/model', ...options({ duration: 5 }) }),
      await book({ model: 'veo3_lite', durationSeconds: 4 }),
    ]).toEqual([
      0.5,
      unknown,
      unknown,
      unknown,
      3,
      6,
      unknown,
      unknown,
      unknown,
      [['BUDGET_EXCEEDED', null]],
      [['BAD_INPUT', ['input', 'providerOptions', 'duration']]],
      0.04,
    ]);
  });

  it('is never passed by calls at once', async () => {
    await using app = await startKieApp({ BUDGET_PER_MONTH: '1' }, { durationMs: 60_000 });
    const caller = app.as();
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) => caller.generate({ prompt: `fox ${index}` })),
    );
    expect(results.filter(({ task }) => task !== null)).toHaveLength(6);
    expect((await viewerOf(caller)).spentThisMonth.amount).toBe(0.9);
  });
});

describe('providers', () => {
  it('lists what each can do, its health and the balance of its account', async () => {
    await using app = await startKieApp();
    const caller = app.as();
    const ask = async () =>
      (
        await caller.query<{ providers: { name: string; health: string }[] }>(
          `{ providers { name label configured health credits pollIntervalSeconds
               models { id aspectRatios durations resolutions imageUses maxReferenceImages price { amount } } } }`,
        )
      ).providers;
    const [kie, ...others] = await waitFor('the test of the key', ask, ([seen]) => seen?.health === 'UP');
    expect(kie).toMatchObject({
      name: 'KIE',
      configured: true,
      health: 'UP',
      credits: 1_000_000,
      pollIntervalSeconds: 0.05,
    });
    expect((kie as unknown as { models: unknown[] }).models[0]).toEqual({
      id: 'veo3_fast',
      aspectRatios: ['LANDSCAPE_16_9', 'PORTRAIT_9_16', 'AUTO'],
      durations: [4, 6, 8],
      resolutions: ['P720', 'P1080', 'P2160'],
      imageUses: ['FIRST_FRAME', 'FIRST_AND_LAST_FRAME', 'REFERENCE'],
      maxReferenceImages: 3,
      price: { amount: 0.15 },
    });
    expect(others.map(({ name, health }) => [name, health])).toEqual([
      ['GOOGLE', 'UNKNOWN'],
      ['SIMULATOR', 'UNKNOWN'],
    ]);
    const { id } = await caller.make('fox');
    await caller.untilStage(id, 'COMPLETED');
    expect((await ask())[0]?.health).toBe('UP');
  });
});
