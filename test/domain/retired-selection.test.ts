import { describe, expect, it } from 'vitest';
import { selectModel, type GenerateVideoInput } from '../../src/domain/selection.ts';
import { kieProviderAt } from '../support/kie-provider.ts';

const now = Date.UTC(2026, 10, 28);
const dayMs = 86_400_000;
const input: GenerateVideoInput = {
  provider: null,
  model: null,
  prompt: 'fox',
  label: null,
  group: null,
  useCase: null,
  referenceImages: [],
  negativePrompt: null,
  audio: null,
  imagesAs: 'AUTO',
  aspectRatio: 'LANDSCAPE_16_9',
  durationSeconds: null,
  resolution: null,
  seed: null,
  providerOptions: null,
};

describe('a model whose end has been announced', () => {
  const select = async (retiredAt: number, model: string | null) => {
    await using kie = kieProviderAt('http://127.0.0.1:1');
    const [first, ...others] = kie.models;
    if (first === undefined) throw new Error('no models');
    const models = [{ ...first, retiredAt, successor: 'veo3_lite' }, ...others];
    return selectModel(
      { ...input, model },
      [Object.assign(Object.create(kie) as typeof kie, { models })],
      now,
    );
  };

  it('is no default from that day on, and refused by name with its successor', async () => {
    expect(await select(now - dayMs, null)).toMatchObject({ selection: { model: 'veo3_lite' } });
    expect(await select(now - dayMs, 'veo3_fast')).toEqual({
      kind: 'impossible',
      userErrors: [
        {
          code: 'UNSUPPORTED',
          message: 'Kie.ai has not offered Veo 3.1 Fast since 2026-11-27. Use veo3_lite instead.',
          reason: {
            code: 'MODEL_NO_LONGER_OFFERED',
            params: {
              provider: 'Kie.ai',
              model: 'Veo 3.1 Fast',
              since: '2026-11-27',
              successor: 'veo3_lite',
            },
          },
          field: ['input', 'model'],
        },
      ],
    });
  });

  it('is selected until then', async () => {
    expect(await select(now + dayMs, null)).toMatchObject({ selection: { model: 'veo3_fast' } });
  });
});
