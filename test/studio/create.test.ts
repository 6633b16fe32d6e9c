import { describe, expect, it } from 'vitest';
import { blankDraft, inputOf, readOptions, readSeed, type Draft } from '../../client/studio/create/draft.ts';
import { makerOf, mostImages, settle, takesImages } from '../../client/studio/create/fit.ts';
import { PressKeys } from '../../client/studio/create/press.ts';
import { variantsOf } from '../../client/studio/create/variants.ts';
import { kie } from './sample.ts';

const draft: Draft = { ...blankDraft, prompt: ' A fox ' };
const image = { url: 'https://images.example/a.jpg', uploadId: null };

describe('the form', () => {
  it('starts with the defaults of the model', () => {
    expect(settle([kie], draft)).toEqual({
      ...draft,
      provider: 'KIE',
      model: 'veo3_fast',
      durationSeconds: 8,
      resolution: 'P720',
    });
  });

  it('replaces unsupported choices by supported ones, and keeps the text and the images', () => {
    const three = { ...draft, images: [image, image, image], durationSeconds: 4 };
    expect(settle([kie], three)).toMatchObject({ images: three.images, durationSeconds: 8 });
    const tall: Draft = { ...draft, model: 'veo3', aspectRatio: 'PORTRAIT_9_16', resolution: 'P2160' };
    expect(settle([kie], tall)).toMatchObject({ aspectRatio: 'LANDSCAPE_16_9', resolution: 'P720' });
    const framed: Draft = { ...draft, images: [image], imagesAs: 'FIRST_AND_LAST_FRAME' };
    expect(settle([kie], framed).imagesAs).toBe('AUTO');
  });

  it('gives up what the chosen model cannot do, and takes its default', () => {
    const [fast] = kie.models;
    if (fast === undefined) throw new Error('The sample has no models.');
    const wan = {
      ...fast,
      id: 'wan',
      durations: [5, 10],
      defaultDuration: 5,
      resolutionLimits: [{ resolution: 'P1080' as const, durations: [5] }],
      audio: 'OPTIONAL' as const,
      acceptsNegativePrompt: true,
    };
    const provider = { ...kie, models: [fast, wan] };
    const chosen: Draft = {
      ...draft,
      model: 'wan',
      durationSeconds: 8,
      audio: false,
      negativePrompt: 'blur',
    };
    expect(settle([provider], chosen)).toMatchObject({
      durationSeconds: 5,
      audio: false,
      negativePrompt: 'blur',
    });
    const long: Draft = { ...chosen, durationSeconds: 10 };
    expect(settle([provider], long).durationSeconds).toBe(10);
    expect(settle([provider], { ...long, resolution: 'P1080' }).durationSeconds).toBe(5);
    expect(settle([provider], { ...chosen, model: 'veo3_fast' })).toMatchObject({
      durationSeconds: 8,
      audio: null,
      negativePrompt: '',
    });
  });

  it('knows how many images a model takes', () => {
    const [fast, quality] = kie.models;
    if (fast === undefined || quality === undefined) throw new Error('The sample has no models.');
    expect([mostImages(fast), mostImages(quality)]).toEqual([3, 2]);
    expect([0, 1, 2, 3].map((count) => takesImages(quality, count))).toEqual([true, true, true, false]);
  });

  it('ignores providers that are not configured', () => {
    expect(makerOf([{ ...kie, configured: false }], { ...draft, provider: 'KIE' })).toBeNull();
  });

  it('sends filled fields, and omits empty ones', () => {
    expect(inputOf({ ...draft, images: [image, { url: 'x', uploadId: 'u1' }] })).toEqual({
      prompt: 'A fox',
      useCase: null,
      provider: null,
      model: null,
      referenceImages: [{ url: image.url }, { uploadId: 'u1' }],
      imagesAs: 'AUTO',
      aspectRatio: 'LANDSCAPE_16_9',
      durationSeconds: null,
      resolution: null,
    });
  });
});

describe('the variants of a press', () => {
  it('have keys derived from its own, one group, and different seeds', () => {
    const input = { prompt: 'A fox', seed: 2 ** 31 - 1 };
    expect(variantsOf(input, 1, 'k')).toEqual([{ ...input, idempotencyKey: 'k' }]);
    expect(variantsOf(input, 3, 'k')).toEqual([
      { prompt: 'A fox', seed: 2 ** 31 - 1, group: 'v-k', idempotencyKey: 'k-1' },
      { prompt: 'A fox', seed: 0, group: 'v-k', idempotencyKey: 'k-2' },
      { prompt: 'A fox', seed: 1, group: 'v-k', idempotencyKey: 'k-3' },
    ]);
  });
});

describe('texts of the form', () => {
  it('are read as a seed and as options, or refused', () => {
    expect(['', ' 7 ', '2147483647'].map(readSeed)).toEqual([null, 7, 2_147_483_647]);
    expect(['-1', '1.5', 'x', '2147483648'].map(readSeed)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect([' ', '{"a": [1]}'].map(readOptions)).toEqual([null, { a: [1] }]);
    expect(['[1]', '1', 'null', '{a: 1}'].map(readOptions)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('the key of a press', () => {
  it('stays with an input until it succeeds, so that a press after a lost response cannot pay twice', () => {
    const keys = new PressKeys();
    const first = keys.keyFor('a');
    expect(keys.keyFor('a')).toBe(first);
    const other = keys.keyFor('b');
    expect(other).not.toBe(first);
    keys.succeeded();
    expect(keys.keyFor('b')).not.toBe(other);
    expect(first).toMatch(/^[0-9a-f]{32}$/);
  });

  it('survives a reload until the task is created', () => {
    let now = 1_000_000;
    const values = new Map<string, string>();
    const storage = {
      getItem: (name: string) => values.get(name) ?? null,
      setItem: (name: string, value: string) => void values.set(name, value),
    };
    const open = () => new PressKeys(storage, () => now);
    const first = open().keyFor('a');
    const reloaded = open();
    expect([reloaded.isOpen('a'), reloaded.isOpen('b')]).toEqual([true, false]);
    const other = reloaded.keyFor('b');
    expect(reloaded.keyFor('a')).toBe(first);
    reloaded.succeeded();
    expect(open().keyFor('a')).not.toBe(first);
    expect(open().keyFor('b')).toBe(other);
    now += 25 * 3600 * 1000;
    expect(open().keyFor('b')).not.toBe(other);
  });

  it('works without a storage, and with one that has foreign or no readable data', () => {
    const broken = {
      getItem: () => '{"a":1}',
      setItem: () => {
        throw new Error('full');
      },
    };
    for (const storage of [null, broken]) {
      const keys = new PressKeys(storage);
      const first = keys.keyFor('a');
      keys.keyFor('b');
      expect(keys.keyFor('a')).toBe(first);
    }
  });

  it('recognises the second half of a double press, and no later press', () => {
    let now = 0;
    const keys = new PressKeys(null, () => now);
    keys.keyFor('a');
    keys.succeeded();
    now += 200;
    expect([keys.isDouble('a', 0), keys.isDouble('b', 0)]).toEqual([true, false]);
    expect([keys.isDouble('a', 1), keys.isDouble('a', 2)]).toEqual([false, true]);
    now += 800;
    expect(keys.isDouble('a', 0)).toBe(false);
  });
});
