import { join } from 'node:path';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { randomId } from '../../src/commands/random-id.ts';
import { leaseReturned, Recorder } from '../../src/commands/recorder.ts';
import { quietly } from '../../src/domain/state-machine/change.ts';
import type { TaskId } from '../../src/domain/video-task.ts';
import { Metrics } from '../../src/metrics/metrics.ts';
import { toGlobalId } from '../../src/domain/task-names/global-id.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { Leases } from '../../src/worker/leases.ts';
import { startKieApp } from '../support/kie-app.ts';
import { overEventStream, overWebSocket } from '../support/push-client.ts';
import { startPushServer } from '../support/push-server.ts';
import { sampleTask, sampleTime, sampleVideo } from '../support/sample-task.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { parseScrape, scrape } from '../support/scrape.ts';
import { waitFor } from '../support/wait-for.ts';

const provider = 'KIE';

/** Every name of the contract. */
const names = [
  'reelay_tasks',
  'reelay_detect_lag_seconds',
  'reelay_store_seconds',
  'reelay_task_transitions_total',
  'reelay_submit_seconds',
  'reelay_check_seconds',
  'reelay_due_lateness_seconds',
  'reelay_queue_oldest_seconds',
  'reelay_leases_lost_total',
  'reelay_provider_health',
  'reelay_create_budget_left',
  'reelay_provider_credits',
  'reelay_spend_usd_total',
  'reelay_archive_seconds',
  'reelay_archive_bytes_total',
  'reelay_sockets',
  'reelay_subscriptions',
  'reelay_events_delivered_total',
  'reelay_events_coalesced_total',
  'reelay_commit_to_client_seconds',
  'reelay_http_request_seconds',
  'reelay_event_loop_delay_seconds',
];

it('says what became of a task from its start to its end', async () => {
  await using kie = await startKieApp({ KIE_CREATES_PER_10S: '20' });
  const caller = kie.as();
  await using ws = await overWebSocket(kie.url, 'subscription { taskStatusChanged { id stage } }');
  await using sse = await overEventStream(kie.url, 'subscription { taskStatusChanged { id stage } }');
  const before = await waitFor(
    'both subscriptions',
    () => scrape(kie.url),
    ({ value }) => ['ws', 'sse'].every((transport) => value('reelay_subscriptions', { transport }) === 1),
  );
  expect(before.value('reelay_create_budget_left', { provider })).toBe(20);
  expect([...before.types.keys()]).toEqual(expect.arrayContaining(names));
  const { id } = await caller.make('A ring turns', { model: 'veo3_fast' });
  const done = await caller.untilStage(id, 'COMPLETED');
  const size = Number((await fetch(done.videoUrl ?? '')).headers.get('content-length'));
  for (const client of [ws, sse]) {
    await waitFor(
      'the last state',
      () => client.results.at(-1)?.data?.taskStatusChanged['stage'] === 'COMPLETED',
    );
  }
  const after = await scrape(kie.url);

  for (const stage of ['WAITING', 'SUBMITTING', 'GENERATING', 'COMPLETED']) {
    expect([stage, after.value('reelay_task_transitions_total', { provider, stage })]).toEqual([stage, 1]);
  }
  expect(before.value('reelay_tasks', { provider, status: 'COMPLETED' })).toBe(0);
  expect(before.samples.has(`reelay_tasks{provider="${provider}",status="QUEUED"}`)).toBe(true);
  expect(after.value('reelay_tasks', { provider, status: 'COMPLETED' })).toBe(1);
  expect(after.value('reelay_detect_lag_seconds_count', { provider })).toBe(1);
  expect(after.value('reelay_detect_lag_seconds_sum', { provider })).toBeLessThan(10);
  // Read by those who subscribe; a change of this process is delivered without a read.
  expect(before.value('reelay_store_seconds_count', { operation: 'changes' })).toBeGreaterThan(0);
  for (const operation of ['insert', 'change', 'claim', 'due', 'read']) {
    expect([operation, after.value('reelay_store_seconds_count', { operation })]).toEqual([
      operation,
      expect.toSatisfy((count: number) => count > before.value('reelay_store_seconds_count', { operation })),
    ]);
  }
  expect(after.value('reelay_submit_seconds_count', { provider, outcome: 'accepted' })).toBe(1);
  expect(after.value('reelay_check_seconds_count', { provider, outcome: 'completed' })).toBe(1);
  expect(after.value('reelay_spend_usd_total', { provider, model: 'veo3_fast' })).toBeCloseTo(
    done.cost?.amount ?? Number.NaN,
    6,
  );
  expect(after.value('reelay_archive_seconds_count', { outcome: 'stored' })).toBe(1);
  expect(after.value('reelay_archive_bytes_total')).toBe(size);
  expect(after.value('reelay_media_files', { store: 'file', kind: 'video' })).toBe(1);
  expect(after.value('reelay_media_bytes', { store: 'file', kind: 'video' })).toBe(size);
  expect(after.value('reelay_due_lateness_seconds_count')).toBeGreaterThanOrEqual(2);
  expect(after.value('reelay_create_budget_left', { provider })).toBe(19);
  expect(after.value('reelay_provider_health', { provider })).toBe(2);
  expect(after.value('reelay_provider_credits', { provider })).toBeGreaterThan(0);
  expect(after.samples.get(`reelay_queue_oldest_seconds{provider="${provider}"}`)).toBe(0);
  expect(after.value('reelay_sockets')).toBe(1);
  expect(after.value('reelay_subscriptions', { transport: 'ws' })).toBe(1);
  expect(after.value('reelay_subscriptions', { transport: 'sse' })).toBe(1);
  const delivered = after.value('reelay_events_delivered_total');
  expect(delivered).toBeGreaterThanOrEqual(2 * 4);
  expect(after.value('reelay_commit_to_client_seconds_count')).toBeGreaterThanOrEqual(2 * 4);
  expect(after.value('reelay_commit_to_client_seconds_sum')).toBeLessThan(delivered);
  expect(
    after.value('reelay_http_request_seconds_count', { route: '/graphql', status: '200' }),
  ).toBeGreaterThan(0);
  expect(
    after.value('reelay_http_request_seconds_count', { route: '/metrics', status: '200' }),
  ).toBeGreaterThan(0);
  expect(after.valuesOf('reelay_event_loop_delay_seconds', 'quantile')).toEqual(['0.5', '0.9', '0.99', '1']);
  expect(after.valuesOf('reelay_build_info', 'version')).toEqual([expect.stringMatching(/^\d+\.\d+\.\d+$/)]);
  expect(after.value('process_resident_memory_bytes')).toBeGreaterThan(10_000_000);
  expect(after.value('process_cpu_seconds_total')).toBeGreaterThan(0);
});

it('has a label only for models that a catalogue lists: callers may name any', async () => {
  await using folder = await temporaryFolder();
  await using store = await openSqliteStore(join(folder.path, 'reelay.db'));
  const log = pino({ level: 'silent' });
  const metrics = new Metrics(log);
  metrics.listModels(['veo3_fast']);
  const recorder = new Recorder(store, log, Date.now, metrics);
  for (const [index, model] of ['veo3_fast', 'own/one', 'own/two'].entries()) {
    const cost = { amount: 0.5 + index, credits: null, settled: false };
    const task = sampleTask({ id: randomId() as TaskId, model, cost, provider });
    await store.insert(task, null);
    await recorder.record(task.id, { kind: 'attemptStarted' });
    await recorder.record(task.id, { kind: 'accepted', providerTaskId: model, memo: null });
    await recorder.record(task.id, {
      kind: 'succeeded',
      providerStatus: 'success',
      memo: null,
      video: { ...sampleVideo, mediaKey: `${index}.mp4` },
      cost: null,
    });
  }
  const after = parseScrape(await metrics.render());
  expect(after.valuesOf('reelay_spend_usd_total', 'model').toSorted()).toEqual(['other', 'veo3_fast']);
  expect(after.value('reelay_spend_usd_total', { provider, model: 'veo3_fast' })).toBe(0.5);
  expect(after.value('reelay_spend_usd_total', { provider, model: 'other' })).toBe(1.5 + 2.5);
});

it('has the routes of the table as labels, not the paths of requests', async () => {
  await using server = await startPushServer();
  for (const path of ['/nowhere', '/media/x', '/veo31/status/a', '/veo31/status/b', '/tasks/1', '/tasks/2']) {
    await (await fetch(server.url + path)).text();
  }
  const after = await scrape(server.url);
  expect(after.valuesOf('reelay_http_request_seconds_count', 'route').toSorted()).toEqual(
    ['*', '/media/*', '/tasks/:id', '/veo31/status/:id'].toSorted(),
  );
});

it('goes on without a value that cannot be read, and logs why', async () => {
  const lines: string[] = [];
  const metrics = new Metrics(pino({ level: 'error' }, { write: (line: string) => void lines.push(line) }));
  metrics.queueOldest.readFrom(() => Promise.reject(new Error('The database is away')));
  metrics.sockets.readFrom(() => [[3]]);
  const after = parseScrape(await metrics.render());
  expect(after.value('reelay_sockets')).toBe(3);
  expect(after.valuesOf('reelay_queue_oldest_seconds', 'provider')).toEqual([]);
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { metric: 'reelay_queue_oldest_seconds', err: { message: 'The database is away' } },
  ]);
});

it('counts the lease that another worker took, and the one that ran out', async () => {
  await using folder = await temporaryFolder();
  await using store = await openSqliteStore(join(folder.path, 'reelay.db'));
  const log = pino({ level: 'silent' });
  const metrics = new Metrics(log);
  let now = sampleTime;
  const options = { store, provider: { name: provider }, log, leaseMs: 1000, now: () => now } as const;
  await using mine = new Leases({ ...options, metrics });
  await using other = new Leases({ ...options, metrics: new Metrics(log) });
  const waiting = { stage: 'GENERATING', nextAction: 'check', provider, dueAt: sampleTime - 2000 } as const;
  const tasks = ['a', 'b', 'c'].map((name) =>
    sampleTask({ ...waiting, id: randomId() as TaskId, providerTaskId: name }),
  );
  for (const task of tasks) await store.insert(task, null);
  const claimed = await mine.take({ checks: 3, submits: 0 });
  const lost = async () => parseScrape(await metrics.render()).value('reelay_leases_lost_total');
  await mine.renew();
  // Work that ended returned its lease with its last write, a moment before it is done here.
  await store.change(claimed[0]?.task.id ?? ('' as TaskId), () => quietly(leaseReturned));
  await mine.renew();
  expect(await lost()).toBe(0);
  claimed[0]?.done();
  now += 5000;
  const [, second] = claimed;
  if (second === undefined) throw new Error('It was not claimed');
  await store.change(second.task.id, () => quietly(leaseReturned));
  await store.change(claimed[0]?.task.id ?? ('' as TaskId), () => quietly({ nextAction: null }));
  const [taken] = await other.take({ checks: 1, submits: 0 });
  expect(taken).toBeDefined();
  await mine.renew();
  await mine.renew();
  expect(await lost()).toBe(2);
  expect(parseScrape(await metrics.render()).value('reelay_due_lateness_seconds_sum')).toBeCloseTo(6, 3);
});

it.each([
  ['one task', (id: string) => `subscription { taskStatusChanged(id: "${id}") { providerStatus } }`],
  ['all tasks of an owner', () => 'subscription { taskStatusChanged { providerStatus } }'],
])(
  'counts each state of %s once for a reader that stops: as delivered, or as replaced',
  async (_what, query) => {
    await using server = await startPushServer();
    const task = await server.generate(await server.create());
    await using client = await overWebSocket(server.url, query(toGlobalId(task.id)));
    await client.take(1);
    client.pause();
    const changes = 150;
    for (let change = 1; change <= changes; change += 1) {
      await server.touch(task, `${'x'.repeat(60_000)}${change}`);
    }
    client.resume();
    await waitFor('the newest state', () =>
      String(client.results.at(-1)?.data?.taskStatusChanged['providerStatus']).endsWith(`x${changes}`),
    );
    const after = await waitFor(
      'the reader to be live again',
      () => scrape(server.url),
      (seen) => seen.value('reelay_events_coalesced_total') > 0,
    );
    expect(after.value('reelay_events_delivered_total')).toBe(client.results.length);
    expect(after.value('reelay_events_coalesced_total')).toBe(1 + changes - client.results.length);
  },
);
