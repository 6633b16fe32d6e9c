import { describe, expect, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { startKieApp, type KieApp } from '../support/kie-app.ts';
import { waitFor } from '../support/wait-for.ts';

/** A server that may be called back, and checks so rarely that every other check has a cause. */
async function startCalledBack(env: Record<string, string> = {}, durationMs = 3_600_000): Promise<KieApp> {
  const port = String(await freePort());
  const publicUrl = `http://127.0.0.1:${port}`;
  return startKieApp(
    { PORT: port, PUBLIC_URL: publicUrl, KIE_POLL_INTERVAL_MS: '60000', ...env },
    { durationMs },
  );
}

interface Watched {
  readonly stage: string;
  readonly checks: number;
  readonly revision: string;
  readonly lastCheckedAt: string | null;
  readonly nextCheckAt: string | null;
}

const watch = async (app: KieApp, id: string): Promise<Watched> =>
  (
    await app.as().query<{ videoTask: Watched }>(
      `query ($id: ID!) { videoTask(id: $id) {
        id status stage providerTaskId providerStatus hint videoUrl error { code } checks revision lastCheckedAt nextCheckAt
      } }`,
      { id },
    )
  ).videoTask;

/** A task that is with the provider, and where that may call back for it. */
async function startTask(app: KieApp) {
  const made = await app.as().make('A ring');
  const { id, providerTaskId } = await app
    .as()
    .until(made.id, 'an id', (task) => task.providerTaskId !== null);
  const callBackUrl = app.simulator.stats.tasks[providerTaskId ?? '']?.callBackUrl ?? '';
  return { id, providerTaskId, callBackUrl };
}

const call = (url: string, taskId: string | null, more: object = {}) =>
  fetch(url, { method: 'POST', body: JSON.stringify({ code: 200, data: { taskId, ...more } }) });

const untilChecks = (app: KieApp, id: string, count: number) =>
  waitFor(
    `${count} checks`,
    () => watch(app, id),
    ({ checks }) => checks >= count,
  );

describe('a callback', () => {
  it("with an attacker's link changes nothing but one extra check", async () => {
    await using app = await startCalledBack();
    const { id, providerTaskId, callBackUrl } = await startTask(app);
    const seen = await untilChecks(app, id, 0);
    const forged = {
      info: { resultUrls: ['https://attacker.example/v.mp4'] },
      state: 'success',
      successFlag: 1,
    };
    expect((await call(callBackUrl, providerTaskId, forged)).status).toBe(200);
    const first = await untilChecks(app, id, 1);
    // The provider's own word came with the check; from then on a call leaves no trace.
    await call(callBackUrl, providerTaskId, forged);
    const second = await untilChecks(app, id, 2);
    const quiet = (task: Watched) => ({ ...task, checks: 0, lastCheckedAt: null, nextCheckAt: null });
    expect(quiet(second)).toEqual(quiet(first));
    expect([seen.stage, second.stage, app.simulator.stats.tasks[providerTaskId ?? '']?.checks]).toEqual([
      'GENERATING',
      'GENERATING',
      2,
    ]);
  });

  it('is acted on immediately, and a storm of them again after two seconds', async () => {
    await using app = await startCalledBack();
    const { id, providerTaskId, callBackUrl } = await startTask(app);
    await call(callBackUrl, providerTaskId);
    const first = await untilChecks(app, id, 1);
    const answers = await Promise.all(Array.from({ length: 50 }, () => call(callBackUrl, providerTaskId)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const second = await untilChecks(app, id, 2);
    await call(callBackUrl, providerTaskId);
    const third = await untilChecks(app, id, 3);
    const gaps = [first, second, third].map(({ lastCheckedAt }) => Date.parse(lastCheckedAt ?? ''));
    const [one = 0, two = 0, three = 0] = gaps;
    expect([two - one >= 2000, three - two >= 2000]).toEqual([true, true]);
    // A storm that a busy machine stretches over several two seconds is acted on in each.
    expect(third.checks).toBeLessThanOrEqual(1 + Math.floor((three - one) / 2000));
    expect(app.simulator.stats.tasks[providerTaskId ?? '']?.checks).toBe(third.checks);
  });

  it('makes regular checks of its provider five times rarer, and never ends them', async () => {
    await using app = await startCalledBack({
      KIE_POLL_INTERVAL_MS: '400',
      PROVIDERS: 'kie,simulator',
      SIMULATOR_DURATION_MS: '3600000',
    });
    const { id, providerTaskId, callBackUrl } = await startTask(app);
    const gap = ({ lastCheckedAt, nextCheckAt }: Watched) =>
      Date.parse(nextCheckAt ?? '') - Date.parse(lastCheckedAt ?? '');
    const before = await untilChecks(app, id, 2);
    expect([gap(before) >= 390, gap(before) < 1000]).toEqual([true, true]);
    await call(callBackUrl, providerTaskId);
    const after = await waitFor(
      'a rarer check',
      () => watch(app, id),
      (task) => gap(task) >= 1990,
    );
    expect(gap(after)).toBeLessThan(3000);
    await untilChecks(app, id, after.checks + 1);
    // A provider that did not call is asked as often as before.
    const other = await app.as().make('A pin', { provider: 'SIMULATOR' });
    expect(gap(await untilChecks(app, other.id, 1))).toBeLessThan(1000);
  });

  it('reports a larger version too, long before the next check is due', async () => {
    await using app = await startCalledBack({ KIE_CONTRACT: 'veo' }, 300);
    const { id } = await app.as().make('A ring [sim:base-first]', { resolution: 'P2160' });
    const { video, checks } = await app.as().untilStage(id, 'COMPLETED');
    // The end of the video, and the end of its larger version.
    expect([video?.sourceUrl, checks]).toEqual([expect.stringMatching(/_1\.mp4$/), 2]);
  });

  it.each([
    ['that is late', '[sim:create-late=1500]', {}],
    ['that never comes', '[sim:create-hang]', { PROVIDER_TIMEOUT_MS: '1500' }],
  ])('that is faster than an answer %s is acted on when there is an outcome', async (_what, marker, env) => {
    await using app = await startCalledBack(env, 100);
    const { id } = await app.as().make(`A ring ${marker}`);
    const { prompt, providerTaskId } = await app.as().untilStage(id, 'COMPLETED');
    expect(app.simulator.stats.tasks[providerTaskId ?? '']?.prompt).toBe(prompt);
    expect(app.simulator.stats.createsReceived).toBe(1);
  });

  it('makes nothing rarer about a task that cannot call back', async () => {
    await using app = await startCalledBack({ KIE_POLL_INTERVAL_MS: '300' });
    const create = await fetch(`${app.simulator.url}/api/v1/jobs/createTask`, {
      method: 'POST',
      headers: { authorization: 'Bearer k' },
      body: JSON.stringify({ model: 'veo-3-1', input: { prompt: 'made elsewhere' } }),
    });
    const { data } = (await create.json()) as { data: { taskId: string } };
    const { task: tracked } = await app.as().track(data.taskId);
    const own = await startTask(app);
    await call(own.callBackUrl, own.providerTaskId);
    // The own one has become rare; the other is asked for as before.
    const rare = await waitFor(
      'a rarer check',
      () => watch(app, own.id),
      ({ lastCheckedAt, nextCheckAt }) =>
        Date.parse(nextCheckAt ?? '') - Date.parse(lastCheckedAt ?? '') >= 1490,
    );
    const { checks } = await watch(app, tracked?.id ?? '');
    const later = await untilChecks(app, tracked?.id ?? '', checks + 3);
    const gap = Date.parse(later.nextCheckAt ?? '') - Date.parse(later.lastCheckedAt ?? '');
    expect([rare.stage, gap < 1000]).toEqual(['GENERATING', true]);
  });

  it('that suggests an id whose record comes late, or odd at first, is not forgotten', async () => {
    await using app = await startCalledBack({ KIE_POLL_INTERVAL_MS: '100', PROVIDER_TIMEOUT_MS: '4000' });
    const made = await app.as().make('Ours [sim:create-drop][sim:callback-none][sim:odd-state][sim:times=2]');
    await app.as().untilStage(made.id, 'SUBMISSION_UNKNOWN');
    const [ours] = Object.entries(app.simulator.stats.tasks);
    await call(ours?.[1].callBackUrl ?? '', ours?.[0] ?? '');
    const adopted = await app.as().until(made.id, 'its adoption', (task) => task.providerTaskId !== null);
    expect([adopted.stage, adopted.providerTaskId]).toEqual(['GENERATING', ours?.[0]]);
    expect(app.simulator.stats.createsReceived).toBe(1);
  });

  it('with an unknown token is 404 before its body is read, and only POST is accepted', async () => {
    await using app = await startCalledBack();
    const { id, providerTaskId, callBackUrl } = await startTask(app);
    const status = async (url: string, init: RequestInit) => (await fetch(url, init)).status;
    const body = JSON.stringify({ data: { taskId: providerTaskId } });
    expect([
      await status(`${callBackUrl}x`, { method: 'POST', body }),
      await status(callBackUrl.replace(/[^/]+$/, ''), { method: 'POST', body }),
      await status(callBackUrl, { method: 'GET' }),
      await status(callBackUrl, { method: 'PUT', body }),
      await status(callBackUrl, { method: 'DELETE' }),
      await status(callBackUrl, { method: 'POST', body: 'x'.repeat(9_000_000) }),
    ]).toEqual([404, 404, 404, 405, 405, 413]);
    // Not even JSON: a hint all the same, since the token is the permission.
    expect(await status(callBackUrl, { method: 'POST', body: 'not json' })).toBe(200);
    await untilChecks(app, id, 1);
  });

  it('that suggests an id which cannot be one is not looked up', async () => {
    await using app = await startCalledBack({ PROVIDER_TIMEOUT_MS: '4000' });
    const made = await app.as().make('Ours [sim:create-drop][sim:callback-none]');
    await app.as().untilStage(made.id, 'SUBMISSION_UNKNOWN');
    const [ours] = Object.entries(app.simulator.stats.tasks);
    const callBackUrl = ours?.[1].callBackUrl ?? '';
    const before = app.simulator.stats.checks;
    for (const odd of ['a b', 'x'.repeat(600), '\u0000', 'ü']) await call(callBackUrl, odd);
    await call(callBackUrl, ours?.[0] ?? '');
    const { stage, providerTaskId } = await app
      .as()
      .until(made.id, 'its adoption', (task) => task.providerTaskId !== null);
    expect([stage, providerTaskId]).toEqual(['GENERATING', ours?.[0]]);
    // One to look at the suggestion, and what follows of it.
    expect(app.simulator.stats.checks - before).toBeLessThanOrEqual(2);
  });
});

describe('without callbacks', () => {
  it('a task is checked once an interval at most, however many watch', async () => {
    const intervalMs = 500;
    await using app = await startKieApp(
      { KIE_POLL_INTERVAL_MS: String(intervalMs) },
      { durationMs: 3_600_000 },
    );
    const begin = Date.now();
    const tasks = await Promise.all(Array.from({ length: 5 }, (_, index) => app.as().make(`fox ${index}`)));
    const ending = new AbortController();
    const text = 'subscription ($id: ID!) { taskStatusChanged(id: $id) { stage checks } }';
    const watchers = tasks.flatMap(({ id }) =>
      Array.from({ length: 20 }, async () => {
        const response = await fetch(`${app.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
          body: JSON.stringify({ query: text, variables: { id } }),
          signal: ending.signal,
        });
        await response.text();
      }),
    );
    for (const { id } of tasks) await app.as().until(id, 'four checks', ({ checks }) => checks >= 4);
    const counts = Object.values(app.simulator.stats.tasks).map(({ checks }) => checks);
    const most = Math.floor((Date.now() - begin) / intervalMs) + 1;
    expect(counts.filter((count) => count > most)).toEqual([]);
    ending.abort();
    const ends = await Promise.allSettled(watchers);
    expect(new Set(ends.map(({ status }) => status))).toEqual(new Set(['rejected']));
  });
});
