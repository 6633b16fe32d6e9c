import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { CatalogueEntry } from '../../../src/providers/catalogue/entry.ts';
import { kieEntries } from '../../../src/providers/catalogue/kie/kie-entries.ts';
import { CatalogueRefresh } from '../../../src/providers/kie/catalogue-refresh/catalogue-refresh.ts';
import { ProviderHttp } from '../../../src/providers/http/http.ts';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import { startLoopback } from '../../support/loopback.ts';
import { startKieApp } from '../../support/kie-app.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { waitFor } from '../../support/wait-for.ts';

const start = Date.UTC(2026, 10, 28);
const hourMs = 3_600_000;
const entryOf = (id: string): CatalogueEntry => {
  const entry = kieEntries.find((one) => one.id === id);
  if (entry === undefined) throw new Error(id);
  return entry;
};
const seedance = 'bytedance/seedance-2-5';
const kling = 'kling/v3-turbo-text-to-video';
const entries = ['veo3_fast', 'veo3_lite', seedance, kling].map(entryOf);

const point = (successRate: number | null) => ({
  start: '2026-11-27T07:30:00Z',
  end: '2026-11-27T07:40:00Z',
  successRate,
  errorRate: successRate === null ? null : 100 - successRate,
  isNormal: true,
});
const rates = (model: string, ...points: (number | null)[]) => ({
  code: 200,
  msg: 'success',
  data: { model, points: points.map(point) },
});
const listed = (model: string, pricingDesc: string | null) => ({ model, slug: model, pricingDesc });
/** As recorded on 2026-10-01, shortened; Kling's with another price. */
const list = {
  code: 200,
  msg: 'success',
  data: {
    total: 4,
    models: [
      listed('veo-3-1', null),
      listed(
        seedance,
        '480P: 17 credits/s (with video) | 28 credits/s (no video)\n720P: 63 credits/s\n1080P: 158 credits/s ($0.790/s)',
      ),
      listed(kling, '720P: 18 credits/s (≈$0.09), 1080P: 25 credits/s.'),
    ],
  },
};

/** A catalogue API, a database, and refreshes of it on a clock of their own. */
async function startCatalogue() {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const store = stack.use(await openSqliteStore(join(folder.path, 'reelay.db')));
  const answers = new Map<string, unknown>([
    ['/api/v1/models', list],
    ['/api/v1/models/veo-3-1/success-rate', rates('veo-3-1', 100, 50, null)],
    [`/api/v1/models/${seedance}/success-rate`, rates(seedance)],
    [`/api/v1/models/${kling}/success-rate`, rates(kling, null, 90)],
    ['/api/v1/models/kling/v3-turbo-image-to-video/success-rate', rates('kling', 80)],
  ]);
  const asked: { readonly path: string; readonly at: number }[] = [];
  const loopback = stack.use(
    await startLoopback((request, response) => {
      asked.push({ path: request.url ?? '', at: performance.now() });
      const answer = answers.get(request.url ?? '');
      response.end(typeof answer === 'string' ? answer : JSON.stringify(answer ?? { code: 404, msg: 'x' }));
    }),
  );
  const http = stack.use(new ProviderHttp({ timeoutMs: 2000 }));
  const clock = { now: start };
  const lines: string[] = [];
  const running = stack.move();
  const open = (more: { readonly spacingMs?: number } = {}) =>
    running.use(
      new CatalogueRefresh({
        provider: 'KIE',
        entries,
        http,
        baseUrl: loopback.url,
        facts: store.providerFacts,
        log: pino({ level: 'info' }, { write: (line: string) => void lines.push(line) }),
        now: () => clock.now,
        spacingMs: 1,
        ...more,
      }),
    );
  return { answers, asked, clock, lines, open, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

const isDone = (refresh: CatalogueRefresh) =>
  waitFor(
    'the rates',
    // Of both of its names: the second one is asked last.
    () => refresh.successRate(kling),
    (rate) => rate !== null && rate < 0.9,
  );

describe('the refresh of the catalogue', () => {
  it('reads what succeeded over the last day, and which prices are still listed', async () => {
    await using catalogue = await startCatalogue();
    const refresh = catalogue.open();
    refresh.start();
    await isDone(refresh);
    // The mean of the periods in which something ran; of a model with two names, of both.
    expect(['veo3_fast', 'veo3_lite', seedance, kling].map((model) => refresh.successRate(model))).toEqual([
      0.75,
      0.75,
      null,
      expect.closeTo(0.85) as number,
    ]);
    expect([seedance, kling, 'veo3_fast'].map((model) => refresh.pricedAt(model))).toEqual([
      start,
      null,
      null,
    ]);
    expect(refresh.successRate('another')).toBeNull();
    expect(catalogue.asked.map(({ path }) => path)).toEqual([
      '/api/v1/models',
      '/api/v1/models/veo-3-1/success-rate',
      '/api/v1/models/bytedance/seedance-2-5/success-rate',
      '/api/v1/models/kling/v3-turbo-text-to-video/success-rate',
      '/api/v1/models/kling/v3-turbo-image-to-video/success-rate',
    ]);
  });

  it('leaves a pause between two requests', async () => {
    await using catalogue = await startCatalogue();
    const refresh = catalogue.open({ spacingMs: 60 });
    refresh.start();
    await isDone(refresh);
    const times = catalogue.asked.map(({ at }) => at);
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThan(55);
  });

  it('takes the facts of the last six hours from the database after a restart', async () => {
    await using catalogue = await startCatalogue();
    {
      await using refresh = catalogue.open();
      refresh.start();
      await isDone(refresh);
      await waitFor('every request', () => catalogue.asked.length === 5);
    }
    catalogue.clock.now = start + 5 * hourMs;
    const again = catalogue.open();
    again.start();
    await isDone(again);
    expect([again.successRate('veo3_fast'), again.pricedAt(seedance)]).toEqual([0.75, start]);
    await again[Symbol.asyncDispose]();
    expect(catalogue.asked.length).toBe(5);
    // Older ones are read again.
    catalogue.clock.now = start + 7 * hourMs;
    catalogue.answers.set('/api/v1/models/veo-3-1/success-rate', rates('veo-3-1', 10));
    const later = catalogue.open();
    later.start();
    await waitFor('the new rate', () => later.successRate('veo3_fast') === 0.1);
    await waitFor('every request', () => catalogue.asked.length === 10);
    expect(later.pricedAt(seedance)).toBe(start + 7 * hourMs);
  });

  it.each<[string, unknown]>([
    ['a refusal', { code: 429, msg: 'Your call frequency is too high. Please try again later.', data: null }],
    ['something else than JSON', '<html></html>'],
    ['no list', { code: 200, data: null }],
    ['a list of something else', { code: 200, data: { models: [1, { model: 2 }], points: 'x' } }],
  ])('changes nothing after %s', async (_what, answer) => {
    await using catalogue = await startCatalogue();
    {
      await using refresh = catalogue.open();
      refresh.start();
      await isDone(refresh);
      await waitFor('every request', () => catalogue.asked.length === 5);
    }
    for (const path of catalogue.answers.keys()) catalogue.answers.set(path, answer);
    catalogue.clock.now = start + 7 * hourMs;
    const refresh = catalogue.open();
    refresh.start();
    await waitFor('a request', () => catalogue.asked.length > 5);
    await refresh[Symbol.asyncDispose]();
    expect([refresh.successRate('veo3_fast'), refresh.pricedAt(seedance)]).toEqual([0.75, start]);
  });

  it('has one line for all that a reading lacks', async () => {
    await using catalogue = await startCatalogue();
    catalogue.answers.delete('/api/v1/models/veo-3-1/success-rate');
    catalogue.answers.delete(`/api/v1/models/${seedance}/success-rate`);
    const refresh = catalogue.open();
    refresh.start();
    await isDone(refresh);
    const lines = await waitFor(
      'the line',
      () => catalogue.lines,
      ({ length }) => length > 0,
    );
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      {
        paths: ['/api/v1/models/veo-3-1/success-rate', `/api/v1/models/${seedance}/success-rate`],
        reasons: ['code 404'],
      },
    ]);
  });

  it('reads on after one that fails, and stops after three', async () => {
    await using catalogue = await startCatalogue();
    catalogue.answers.set('/api/v1/models', { code: 500, msg: 'Internal Error, Please try again later.' });
    {
      await using refresh = catalogue.open();
      refresh.start();
      await isDone(refresh);
      expect([refresh.successRate('veo3_fast'), refresh.pricedAt(seedance)]).toEqual([0.75, null]);
    }
    for (const path of catalogue.answers.keys()) catalogue.answers.set(path, '<html></html>');
    catalogue.clock.now = start + 7 * hourMs;
    const before = catalogue.asked.length;
    const refresh = catalogue.open();
    refresh.start();
    await waitFor('three requests', () => catalogue.asked.length === before + 3);
    await refresh[Symbol.asyncDispose]();
    expect(catalogue.asked.length).toBe(before + 3);
  });

  it.each<[string, unknown]>([
    ['shares of one', { points: [0.9, 0.7].map((rate) => ({ successRate: rate, errorRate: 1 - rate })) }],
    ['a list without a name', [90, null, 70].map(point)],
    ['a list with another name', { model: seedance, records: [90, 70].map(point) }],
  ])('understands %s', async (_what, data) => {
    await using catalogue = await startCatalogue();
    catalogue.answers.set(`/api/v1/models/${seedance}/success-rate`, { code: 200, msg: 'success', data });
    const refresh = catalogue.open();
    refresh.start();
    await isDone(refresh);
    expect(refresh.successRate(seedance)).toBeCloseTo(0.8);
  });

  it('reports no rate of the last day that is older than a day', async () => {
    await using catalogue = await startCatalogue();
    const refresh = catalogue.open();
    refresh.start();
    await isDone(refresh);
    catalogue.clock.now = start + 25 * hourMs;
    expect([refresh.successRate('veo3_fast'), refresh.pricedAt(seedance)]).toEqual([null, start]);
  });

  it('is made by one of two instances', async () => {
    await using catalogue = await startCatalogue();
    const refreshes = [catalogue.open({ spacingMs: 20 }), catalogue.open({ spacingMs: 20 })];
    for (const refresh of refreshes) refresh.start();
    await waitFor('every request', () => catalogue.asked.length >= 5);
    await Promise.all(refreshes.map((refresh) => refresh[Symbol.asyncDispose]()));
    expect(catalogue.asked.length).toBe(5);
  });
});

describe('`providers`', () => {
  it('shows the rates and the date of the prices as they are read', async () => {
    await using app = await startKieApp({ KIE_CATALOG_REFRESH: 'true' });
    const models = () =>
      app
        .as()
        .query<{
          providers: {
            models: { id: string; successRate: number | null; pricedAt: string | null }[];
          }[];
        }>('{ providers { models { id successRate pricedAt } } }')
        .then(({ providers }) => providers[0]?.models ?? []);
    const startedAt = Date.now();
    const shown = await waitFor(
      'a success rate',
      models,
      ([first]) => first !== undefined && first.successRate !== null,
    );
    expect(shown.slice(0, 2)).toMatchObject([
      { id: 'veo3_fast', successRate: 0.98, pricedAt: '2026-10-08T00:00:00.000Z' },
      { id: 'veo3_lite', successRate: 0.98 },
    ]);
    const happyhorse = shown.find(({ id }) => id === 'happyhorse-1-1/text-to-video');
    expect(Date.parse(happyhorse?.pricedAt ?? '')).toBeGreaterThan(startedAt - 10_000);
  });
});
