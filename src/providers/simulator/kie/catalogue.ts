import type { ServerResponse } from 'node:http';
import type { Asked } from '../world.ts';
import { sendJson } from '../http/respond.ts';
import type { KieWorld } from './account-state.ts';
import { ok, refusal, refused } from './responses.ts';

/** The catalogue API takes one request a second of an account, over all of its calls (Kie's own guide, 2026-09). */
const spacingMs = 950;

/** Some models with the description of their price (recording, 2026-10-01, shortened); null where there was none. */
const models: Readonly<Record<string, string | null>> = {
  'veo-3-1': null,
  'bytedance/seedance-2-5':
    '480P: 17 credits/s ($0.085/s, with video) | 28 credits/s ($0.140/s, no video)\n720P: 38 credits/s ($0.190/s, with video) | 63 credits/s ($0.315/s, no video)\n1080P: 95 credits/s ($0.475/s, with video) | 158 credits/s ($0.790/s, no video)',
  'kling/v3-turbo-text-to-video': '720P: 18 credits/s (≈$0.09), 1080P: 22.5 credits/s (≈$0.1125).',
  'kling/v3-turbo-image-to-video': '720P: 18 credits/s (≈$0.09), 1080P: 22.5 credits/s (≈$0.1125).',
  'happyhorse-1-1/text-to-video':
    '22.5 credits/s ($0.1125) for 720 p or 29 credits/s ($0.145) for 1080 p \nHigh-tier top-ups include +10% bonus credits.',
};

/** Answers `GET /api/v1/models`, `…/{model}/success-rate` and `…/{model}/price`; the slash of a model is not encoded. */
export function answerCatalogue(world: KieWorld, { url }: Asked, response: ServerResponse): void {
  const now = world.now();
  if (now - world.kie.lastCatalogueAt < spacingMs) return sendJson(response, refusal('429'));
  world.kie.lastCatalogueAt = now;
  const [, model, what] = /^\/api\/v1\/models\/(.+)\/(success-rate|price)$/.exec(url.pathname) ?? [];
  if (model === undefined)
    return sendJson(response, ok({ total: Object.keys(models).length, models: list() }));
  if (!Object.hasOwn(models, model)) return sendJson(response, refused(404, 'Model not found'));
  sendJson(
    response,
    what === 'price' ? ok({ model, pricingDesc: models[model] }) : ok({ model, points: points(now) }),
  );
}

const list = () =>
  Object.entries(models).map(([model, pricingDesc]) => ({
    model,
    slug: model,
    title: model,
    provider: model.split('/')[0],
    taskType: ['Text to Video'],
    description: null,
    pricingDesc,
  }));

/** The last hour in periods of ten minutes, with percentages; null where nothing ran (Kie's own guide, 2026-09). */
const points = (now: number) =>
  [100, null, 96, 98, null, 98].map((successRate, index) => ({
    start: time(now - (6 - index) * 600_000),
    end: time(now - (5 - index) * 600_000),
    successRate,
    errorRate: successRate === null ? null : 100 - successRate,
    isNormal: true,
  }));

const time = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+/, '');
