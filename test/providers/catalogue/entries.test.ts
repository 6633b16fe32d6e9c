import { describe, expect, it } from 'vitest';
import type { GenerateVideoInput } from '../../../src/domain/selection.ts';
import { chosenSettings, defaultSettings, modelNamed, usesOf } from '../../../src/domain/video-model.ts';
import { aspectRatios, resolutions } from '../../../src/domain/video-task.ts';
import { seconds, type CatalogueEntry } from '../../../src/providers/catalogue/entry.ts';
import { kieEntries } from '../../../src/providers/catalogue/kie/kie-entries.ts';
import { kieModels } from '../../../src/providers/kie/models.ts';
import { blankInput, bodyOf, combinations } from './combinations.ts';

const named = (id: string) => {
  const model = modelNamed(kieModels, id);
  if (model === undefined) throw new Error(`No model ${id}`);
  return model;
};
const price = (id: string, settings: Partial<typeof defaultSettings>) => {
  const model = named(id);
  return model.price(chosenSettings(model, { ...defaultSettings, ...settings }))?.credits;
};
const images = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ url: `https://a.example/${index}.png`, uploadId: null }));
const refusal = (more: Partial<GenerateVideoInput>) => {
  const sent = bodyOf({ ...blankInput, ...more });
  return sent.kind === 'impossible'
    ? sent.userErrors.map(({ code, field, message }) => [code, field?.at(-1), message])
    : sent.body;
};

describe('every entry', () => {
  it.each(kieModels.map((model) => [model.id, model] as const))('of %s is whole', (_id, model) => {
    expect(model.durations.length).toBeGreaterThan(0);
    expect(model.durations).toEqual(model.durations.toSorted((a, b) => a - b));
    expect(model.durations).toContain(model.defaultDuration);
    expect(model.resolutions).toContain(model.defaultResolution);
    expect(model.resolutions.length).toBeGreaterThan(0);
    expect(aspectRatios).toEqual(expect.arrayContaining([...model.aspectRatios]));
    expect(resolutions).toEqual(expect.arrayContaining([...model.resolutions]));
    expect(usesOf(model).length).toBeGreaterThan(0);
    expect(new Date(model.pricedAt ?? NaN).getUTCFullYear()).toBe(2026);
    for (const [, { min, max, model: other }] of usesOf(model)) {
      expect(1 <= min && min <= max).toBe(true);
      expect(named(other ?? model.id)).toBe(model);
    }
  });

  it('has an id of its own, and strings for images that no other has', () => {
    const names = kieModels.flatMap((model) => [
      model.id,
      ...new Set(usesOf(model).flatMap(([, { model: other }]) => other ?? [])),
    ]);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    expect(kieModels.map(({ id }) => id)).toEqual(kieEntries.map(({ id }) => id));
  });

  it('has a price for each combination of what it can do', () => {
    const unpriced: unknown[] = [];
    for (const model of kieModels) {
      for (const input of combinations(model)) {
        const { durationSeconds, resolution, audio, imagesAs } = input;
        const imageCount = input.referenceImages.length;
        const settings = { durationSeconds, resolution, audio, imagesAs, imageCount, options: null };
        const { usd } = model.price(chosenSettings(model, settings)) ?? { usd: 0 };
        if (usd <= 0) unpriced.push([model.id, settings]);
      }
    }
    expect(unpriced.slice(0, 3)).toEqual([]);
  });

  it('refuses every other ratio, length, resolution and sound by name, with what is allowed', () => {
    for (const model of kieModels) {
      const base = { model: model.id, ...(model.requiresImages && { referenceImages: images(1) }) };
      for (const resolution of resolutions.filter((name) => !model.resolutions.includes(name))) {
        const message = `${model.label} cannot do ${resolution}${model.requiresImages ? ' with FIRST_FRAME images' : ''}. Allowed: ${model.resolutions.join(', ')}.`;
        expect(refusal({ ...base, resolution })).toContainEqual(['UNSUPPORTED', 'resolution', message]);
      }
      for (const durationSeconds of seconds(1, 40).filter((length) => !model.durations.includes(length))) {
        expect(refusal({ ...base, durationSeconds })).toEqual([
          [
            'UNSUPPORTED',
            'durationSeconds',
            expect.stringContaining(`Allowed: ${model.durations.join(', ')}.`),
          ],
        ]);
      }
      // 16:9 is what an input without a ratio has: where the ratio is the image's, it means that.
      const others = aspectRatios.filter(
        (name) => !model.aspectRatios.includes(name) && name !== 'LANDSCAPE_16_9',
      );
      for (const aspectRatio of others) {
        expect(refusal({ ...base, aspectRatio })).toEqual([
          [
            'UNSUPPORTED',
            'aspectRatio',
            expect.stringContaining(`Allowed: ${model.aspectRatios.join(', ')}.`),
          ],
        ]);
      }
      expect(refusal({ ...base, seed: model.acceptsSeed ? -1 : 1 })).toEqual([
        ['UNSUPPORTED', 'seed', expect.any(String)],
      ]);
    }
  });
});

describe('an input that a model does not have', () => {
  const base = (id: string) => ({
    model: id,
    ...(named(id).requiresImages && { referenceImages: images(1) }),
  });

  it.each(kieModels.filter(({ audio }) => audio !== 'OPTIONAL').map(({ id, audio }) => [id, audio] as const))(
    'of %s, which has sound %s, is the other sound',
    (id, has) => {
      const audio = has === 'NEVER';
      const allowed = expect.stringContaining(`Allowed: ${!audio}.`) as string;
      expect(refusal({ ...base(id), audio })).toEqual([['UNSUPPORTED', 'audio', allowed]]);
      expect(refusal({ ...base(id), audio: !audio })).toHaveProperty('input');
    },
  );

  it.each(kieModels.filter(({ acceptsNegativePrompt }) => !acceptsNegativePrompt).map(({ id }) => id))(
    'of %s is a negative prompt',
    (id) => {
      const message = expect.stringContaining('Omit it.') as string;
      expect(refusal({ ...base(id), negativePrompt: 'blur' })).toEqual([
        ['UNSUPPORTED', 'negativePrompt', message],
      ]);
    },
  );
});

describe('a product with a model for text and one for images', () => {
  it('is one model: its images select the string, and either name is accepted', () => {
    const of = (model: string, count: number) => {
      const sent = bodyOf({ ...blankInput, model, referenceImages: images(count) });
      return sent.kind === 'sent'
        ? [sent.body.model, sent.selection.model, sent.selection.imagesAs]
        : refusal({ model });
    };
    const text = 'kling-2.6/text-to-video';
    const image = 'kling-2.6/image-to-video';
    expect([of(text, 0), of(text, 1), of(image, 1)]).toEqual([
      [text, text, 'AUTO'],
      [image, image, 'FIRST_FRAME'],
      [image, image, 'FIRST_FRAME'],
    ]);
    expect(of(image, 0)).toEqual([
      [
        'UNSUPPORTED',
        'referenceImages',
        `${image} requires images. Allowed: FIRST_FRAME: 1. Without images, use ${text}.`,
      ],
    ]);
    const references = 'minimax-h3/reference-to-video';
    expect(of(references, 1)).toEqual([references, references, 'REFERENCE']);
    expect(of('minimax-h3/image-to-video', 3)).toEqual([
      ['UNSUPPORTED', 'referenceImages', expect.any(String)],
    ]);
    expect(of('hailuo/2-3-image-to-video-pro', 0)).toEqual([
      [
        'UNSUPPORTED',
        'referenceImages',
        'hailuo/2-3-image-to-video-pro requires images. Allowed: FIRST_FRAME: 1.',
      ],
    ]);
  });
});

describe('a model that is not listed', () => {
  it('gets the prompt and the options, and nothing else', () => {
    const providerOptions = { input_urls: ['https://a.example/1.png'], n_frames: '15' };
    expect(refusal({ model: 'market/other', providerOptions })).toEqual({
      model: 'market/other',
      input: { prompt: 'A ring turns', ...providerOptions },
    });
    const given = {
      aspectRatio: 'SQUARE_1_1',
      durationSeconds: 5,
      resolution: 'P720',
      seed: 1,
      audio: true,
    } as const;
    const more = {
      ...given,
      negativePrompt: 'blur',
      imagesAs: 'REFERENCE',
      referenceImages: images(1),
    } as const;
    const errors = refusal({ model: 'market/other', ...more });
    expect(Array.isArray(errors) && new Set(errors.map(([, field]) => field))).toEqual(
      new Set(Object.keys(more)),
    );
  });

  it.each([
    'veo3-fast',
    'veo3_fsat',
    'VEO3_FAST',
    'kling-2.6/image-to-vide',
    'wan/9-7-text-to-video',
    'veo4',
  ])('is refused as a misspelling if it is called %s, unless the caller means it', (model) => {
    expect(refusal({ model })).toEqual([
      ['UNSUPPORTED', 'model', expect.stringMatching(/Did you mean (veo3|kling-2\.6\/image|wan\/2-7-text)/)],
    ]);
    expect(refusal({ model, providerOptions: { allowUnlistedModel: false } })).toEqual([
      ['UNSUPPORTED', 'model', expect.any(String)],
    ]);
    expect(refusal({ model, providerOptions: { allowUnlistedModel: true } })).toMatchObject({ model });
  });
});

describe('a price', () => {
  it('depends on every setting that the list has', () => {
    expect([
      price('kling-3.0/video', { durationSeconds: 10, resolution: 'P720', audio: true }),
      price('kling-3.0/video', { durationSeconds: 10, resolution: 'P720' }),
      price('kling-3.0/video', { durationSeconds: 3, resolution: 'P2160', audio: true }),
      price('kling-2.6/image-to-video', { durationSeconds: 10, audio: true }),
      price('bytedance/seedance-2-5', { durationSeconds: 4, resolution: 'P480' }),
      price('bytedance/seedance-1.5-pro', { durationSeconds: 4, resolution: 'P480', audio: false }),
      price('google/gemini-omni-flash-1-1', { durationSeconds: 10, resolution: 'P2160' }),
      price('minimax-h3/text-to-video', { durationSeconds: 5, imagesAs: 'REFERENCE', imageCount: 7 }),
      price('hailuo/2-3-image-to-video-pro', { durationSeconds: 10 }),
      price('hailuo/2-3-image-to-video-pro', { durationSeconds: 10, resolution: 'P1080' }),
      price('runway', {}),
      price('veo3_fast', { resolution: 'P1080' }),
    ]).toEqual([200, 140, 201, 220, 112, 7, 210, 73, 90, undefined, 12, 37.5]);
  });
});

describe('the type of an entry', () => {
  const [entry] = kieEntries as [CatalogueEntry, ...CatalogueEntry[]];
  it('knows the inputs of generateVideo alone', () => {
    const { inputs } = entry;
    const durationSeconds = { field: 'duration', as: 'text', values: [5], default: 5 } as const;
    const values = { P999: '9' };
    const entries: CatalogueEntry[] = [
      // @ts-expect-error: there is no such input
      { ...entry, inputs: { ...inputs, volume: { field: 'volume' } } },
      // @ts-expect-error: there is no such ratio
      { ...entry, inputs: { ...inputs, aspectRatio: { field: 'a', values: { SQUARE: '1:1' } } } },
      // @ts-expect-error: there is no such resolution
      { ...entry, inputs: { ...inputs, resolution: { field: 'r', values, default: 'P999' } } },
      // @ts-expect-error: there is no such use of images
      { ...entry, images: { MIDDLE_FRAME: { min: 1, max: 1, place: { list: 'x' } } } },
      // @ts-expect-error: a length is a number or a string
      { ...entry, inputs: { ...inputs, durationSeconds } },
      // @ts-expect-error: every entry says whether its videos have sound
      { ...entry, inputs: { ...inputs, audio: undefined } },
    ];
    expect(entries).toHaveLength(6);
  });
});
