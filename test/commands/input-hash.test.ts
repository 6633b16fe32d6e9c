import { describe, expect, it } from 'vitest';
import { hashOf, hashOfInput } from '../../src/commands/input-hash.ts';
import type { GenerateVideoInput } from '../../src/domain/selection.ts';
import { startPushServer } from '../support/push-server.ts';
import { local, sampleTask } from '../support/sample-task.ts';
import { queryAt } from '../support/start-app.ts';

const empty: GenerateVideoInput = {
  prompt: null,
  useCase: null,
  label: null,
  group: null,
  provider: null,
  model: null,
  referenceImages: [],
  imagesAs: 'AUTO',
  negativePrompt: null,
  audio: null,
  aspectRatio: 'LANDSCAPE_16_9',
  durationSeconds: null,
  resolution: null,
  seed: null,
  providerOptions: null,
};
const ring: GenerateVideoInput = { ...empty, prompt: 'A ring' };
const full: GenerateVideoInput = {
  prompt: 'A ring',
  useCase: 'HERO_IMAGE',
  label: 'SKU-1',
  group: null,
  provider: 'KIE',
  model: 'veo3_fast',
  referenceImages: [
    { url: 'https://images.example/ring.jpg', uploadId: null },
    { url: null, uploadId: 'upload-1' },
  ],
  imagesAs: 'REFERENCE',
  negativePrompt: null,
  audio: null,
  aspectRatio: 'PORTRAIT_9_16',
  durationSeconds: 8,
  resolution: 'P720',
  seed: 7,
  providerOptions: { a: null, nested: { b: [1, null] } },
};

describe('the hash of an input', () => {
  // Computed by version 0.1.0, whose databases have them.
  const hashOfRing = 'QN4MHJcOYJKQHN7uc8clPQEmOfhzNb3Cm_OTaQVxqCg';
  it.each([
    ['a prompt', ring, hashOfRing],
    ['every field', full, 'WxqyaUpkp9wcewvXliN_mzgjU9PL4FFA47O07IE1dLU'],
    [
      'a use case and empty options',
      { ...empty, useCase: 'GENERAL', providerOptions: {} } as const,
      'ES-1rKbys1-EUUCp6II-na5YmprC1tXXYtvHSAGwy_I',
    ],
  ])('with %s is as it was in version 0.1.0', (_what, input, hash) => {
    expect(hashOfInput(input)).toBe(hash);
  });

  it('of a retry and of a resubmission is as it was in version 0.1.0', () => {
    expect(hashOf({ retryVideoTask: 'task-1' })).toBe('xOX92dSrnEpogQAc72R_mqgi8e0QKYB0wssicFSLJ3o');
    expect(hashOf({ resubmit: 'task-1' })).toBe('9-9U1ZyzR3VoR38UZx6IPms3RcEui8Bv-l-97VA18w8');
  });

  it('does not change with a field of a later version that is absent, and does with one that is set', () => {
    const later = (fields: object) => hashOfInput({ ...full, ...fields });
    expect([later({ audio: null }), later({ audio: undefined })]).toEqual([
      hashOfInput(full),
      hashOfInput(full),
    ]);
    expect(later({ audio: true })).not.toBe(hashOfInput(full));
    const image = { url: 'https://images.example/ring.jpg', uploadId: null };
    const withImage = (fields: object) =>
      hashOfInput({ ...ring, referenceImages: [{ ...image, ...fields }] });
    expect(withImage({ role: null })).toBe(withImage({}));
    expect(withImage({ role: 'STYLE' })).not.toBe(withImage({}));
  });

  it('distinguishes options that are null from absent ones: they are the caller’s own', () => {
    const options = (providerOptions: GenerateVideoInput['providerOptions']) =>
      hashOfInput({ ...ring, providerOptions });
    expect(new Set([options({ a: null }), options({}), options(null)]).size).toBe(3);
  });

  it('finds the task of a key that version 0.1.0 wrote, and no other input does', async () => {
    await using server = await startPushServer();
    const task = sampleTask({ prompt: 'A ring' });
    await server.store.insert(task, { key: 'old', inputHash: hashOfRing });
    const generate = async (prompt: string) =>
      (
        await queryAt<{ generateVideo: { task: { prompt: string } | null; userErrors: { code: string }[] } }>(
          server.url,
          `mutation ($input: GenerateVideoInput!) {
            generateVideo(input: $input) { task { prompt } userErrors { code } }
          }`,
          { input: { prompt, idempotencyKey: 'old' } },
        )
      ).generateVideo;
    expect(await generate('A ring')).toEqual({ task: { prompt: 'A ring' }, userErrors: [] });
    expect(await generate('A fox')).toEqual({ task: null, userErrors: [{ code: 'IDEMPOTENCY_CONFLICT' }] });
    expect(task.owner).toBe(local);
  });
});
