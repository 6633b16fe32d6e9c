import { describe, expect, it } from 'vitest';
import { kieModels } from '../../../src/providers/kie/models.ts';
import {
  images,
  integer,
  oneOf,
  required,
  text,
  flag,
} from '../../../src/providers/simulator/kie/market/field.ts';
import {
  marketSchemas,
  whyRefused,
  type MarketSchema,
} from '../../../src/providers/simulator/kie/market/schemas.ts';
import { blankInput, bodyOf, combinations } from './combinations.ts';

/** Veo on the contract `jobs` (Kie docs, 2026-10). */
const veo: MarketSchema = {
  fields: {
    prompt: required(text(100_000)),
    model: oneOf('veo3_fast', 'veo3_lite', 'veo3'),
    generation_type: required(oneOf('TEXT_2_VIDEO', 'FIRST_AND_LAST_FRAMES_2_VIDEO', 'REFERENCE_2_VIDEO')),
    image_urls: images(3),
    aspect_ratio: oneOf('16:9', '9:16', 'Auto'),
    duration: integer(4, 4, 6, 8),
    resolution: oneOf('720p', '1080p', '4k'),
    enable_translation: flag,
    watermark: text(100),
  },
};
const schemas: Readonly<Record<string, MarketSchema>> = { ...marketSchemas, 'veo-3-1': veo };

/** Stricter than the simulator: a field that the schema does not have is wrong, whatever other models have. */
const whyWrong = (schema: MarketSchema, input: Record<string, unknown>): string | null =>
  whyRefused(schema, input) ?? Object.keys(input).find((name) => !(name in schema.fields)) ?? null;

describe('the request of every model in the catalogue', () => {
  it.each(kieModels.map((model) => [model.id, model] as const))(
    'of %s is what its schema allows, for each combination of what it can do, and says which it is',
    (_id, model) => {
      const refused: unknown[] = [];
      const bodies = new Set<string>();
      let count = 0;
      for (const input of combinations(model)) {
        count += 1;
        const sent = bodyOf(input);
        if (sent.kind === 'impossible') refused.push([input, sent.userErrors]);
        else {
          const schema = schemas[sent.body.model];
          const why = schema === undefined ? 'no such model' : whyWrong(schema, sent.body.input);
          if (why !== null) refused.push([sent.body, why]);
          bodies.add(JSON.stringify(sent.body));
        }
        if (refused.length > 2) break;
      }
      expect(refused).toEqual([]);
      expect(count).toBeGreaterThan(2);
      // Two inputs are never the same request, but for one image of Grok that is a frame and a reference at once.
      const twice = model.id.startsWith('grok') ? 2 * 15 * 6 : 0;
      expect(bodies.size).toBe(count - twice);
    },
  );

  const one = [{ url: 'https://a.example/1.png', uploadId: null }];
  const two = [...one, { url: 'https://a.example/2.png', uploadId: null }];
  const [first, last] = two.map(({ url }) => url);
  const prompt = 'A ring turns';
  it.each([
    [
      'kling-3.0/video',
      { durationSeconds: 7, resolution: 'P2160', audio: true, referenceImages: two, aspectRatio: 'AUTO' },
      'kling-3.0/video',
      { prompt, image_urls: [first, last], sound: true, duration: '7', mode: '4K', multi_shots: false },
    ],
    [
      'kling-2.6/text-to-video',
      { durationSeconds: 10, referenceImages: one },
      'kling-2.6/image-to-video',
      { prompt, image_urls: [first], sound: false, duration: '10' },
    ],
    [
      'wan/2-7-text-to-video',
      { negativePrompt: 'blur', seed: 5, aspectRatio: 'PORTRAIT_3_4' },
      'wan/2-7-text-to-video',
      { prompt, negative_prompt: 'blur', ratio: '3:4', duration: 5, resolution: '1080p', seed: 5 },
    ],
    [
      'wan/3-0-video',
      { resolution: 'P480', durationSeconds: 30, aspectRatio: 'AUTO', audio: false },
      'wan/3-0-video',
      { prompt, aspect_ratio: 'adaptive', duration: 30, resolution: '480P', audio: false },
    ],
    [
      'minimax-h3/text-to-video',
      { resolution: 'P768', referenceImages: two },
      'minimax-h3/image-to-video',
      { prompt, first_frame_url: first, last_frame_url: last, duration: 6, resolution: '768P' },
    ],
    [
      'hailuo/2-3-image-to-video-pro',
      { referenceImages: one },
      'hailuo/2-3-image-to-video-pro',
      { prompt, image_url: first, duration: '6', resolution: '768P' },
    ],
    [
      'happyhorse-1-1/text-to-video',
      { referenceImages: two, resolution: 'P720' },
      'happyhorse-1-1/reference-to-video',
      { prompt, reference_image: [first, last], aspect_ratio: '16:9', duration: 5, resolution: '720p' },
    ],
    [
      'bytedance/seedance-1.5-pro',
      { referenceImages: two, durationSeconds: 4, audio: false, aspectRatio: 'LANDSCAPE_21_9' },
      'bytedance/seedance-1.5-pro',
      {
        prompt,
        input_urls: [first, last],
        aspect_ratio: '21:9',
        duration: 4,
        resolution: '720p',
        generate_audio: false,
      },
    ],
    [
      'pixverse-v6/text-to-video',
      { referenceImages: two, resolution: 'P540', audio: true },
      'pixverse-v6/transition',
      {
        prompt,
        first_frame_image_url: first,
        last_frame_image_url: last,
        duration: 5,
        quality: '540p',
        generate_audio_switch: true,
      },
    ],
    [
      'google/gemini-omni-flash-1-1',
      { durationSeconds: 10, resolution: 'P360', referenceImages: one, imagesAs: 'REFERENCE' },
      'google/gemini-omni-flash-1-1',
      { prompt, image_urls: [first], aspect_ratio: '16:9', duration: '10', resolution: '360p' },
    ],
    [
      'runway',
      { referenceImages: one, resolution: 'P1080' },
      'runway',
      { prompt, image_url: first, duration: 5, quality: '1080p' },
    ],
  ] as const)('of %s with %o is exactly the documented one', (id, more, model, input) => {
    const sent = bodyOf({ ...blankInput, model: id, ...more });
    expect(sent).toMatchObject({ kind: 'sent', selection: { model } });
    expect(sent.kind === 'sent' && sent.body).toEqual({ model, input });
  });
});
