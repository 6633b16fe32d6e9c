import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { messageCodes, type MessageCode } from '../../src/domain/messages.ts';
import { refusalCodes } from '../../src/domain/user-errors/refusal-codes.ts';
import { startKieApp } from '../support/kie-app.ts';

interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly reason: { readonly code: MessageCode; readonly params: Record<string, unknown> };
}

const errors = 'userErrors { code message reason { code params } }';

it('refused calls come with the content of their texts, to be said in other languages', async () => {
  await using app = await startKieApp({ LIMIT_OPEN_TASKS_PER_OWNER: '1' }, { durationMs: 60_000 });
  const caller = app.as();
  const of = async (call: string, variables = {}, types = ''): Promise<readonly Refusal[]> => {
    const query = `mutation ${types} { payload: ${call} { ${errors} } }`;
    return (await caller.query<{ payload: { userErrors: Refusal[] } }>(query, variables)).payload.userErrors;
  };
  const generate = (input: Record<string, unknown>) =>
    of('generateVideo(input: $input)', { input }, '($input: GenerateVideoInput!)');
  const { id } = await caller.make('fox [sim:stuck]');
  const refusals = (
    await Promise.all([
      generate({}),
      generate({ prompt: 'x'.repeat(10_001), label: 'a\0', idempotencyKey: 'k' }),
      generate({ prompt: 'fox', idempotencyKey: '' }),
      generate({ prompt: 'fox', referenceImages: [{ url: 'https://a:b@host.example/i.png' }] }),
      generate({ prompt: 'fox', referenceImages: [{ uploadId: 'none' }] }),
      generate({ prompt: 'fox', durationSeconds: 7, resolution: 'P360', aspectRatio: 'LANDSCAPE_21_9' }),
      generate({ prompt: 'fox', negativePrompt: 'owl', audio: false, seed: -1 }),
      generate({ prompt: 'fox', model: 'veo3-fast' }),
      generate({ prompt: 'fox', provider: 'GOOGLE' }),
      generate({ prompt: 'fox', providerOptions: { prompt: 'owl' } }),
      generate({ prompt: 'fox', imagesAs: 'REFERENCE' }),
      generate({ prompt: 'fox' }),
      of(`cancelVideoTask(id: "unknown")`),
      of(`retryVideoTask(id: "${id}")`),
      of(`deleteVideoTask(id: "${id}")`),
      of(`resolveSubmission(id: "${id}", resolution: { giveUp: true })`),
      of(`resolveSubmission(id: "${id}", resolution: { giveUp: false })`),
      of(`trackVideoTask(input: { provider: KIE, providerTaskId: "a b" })`),
      of(`draftPrompt(input: { referenceImages: [] })`),
    ])
  ).flat();
  for (const { reason } of refusals) {
    const { code, params } = reason;
    expect([code, Object.keys(params).toSorted()]).toEqual([code, messageCodes[code].params.toSorted()]);
  }
  const said = new Map(refusals.map(({ reason }) => [reason.code, reason.params]));
  expect([...said.keys()].toSorted()).toEqual(
    (
      'PROMPT_MISSING TEXT_TOO_LONG TEXT_MALFORMED KEY_EMPTY IMAGE_URL_WITH_CREDENTIALS UPLOAD_NOT_FOUND ' +
      'VALUE_NOT_POSSIBLE INPUT_NOT_TAKEN ALWAYS_WITH_SOUND MODEL_MISSPELT PROVIDER_NOT_CONFIGURED OPTION_RESERVED ' +
      'IMAGES_FOR_USE_MISSING TOO_MANY_OPEN_TASKS TASK_NOT_FOUND TASK_NOT_ENDED SUBMISSION_NOT_IN_DOUBT RESOLUTION_FALSE ' +
      'PROVIDER_TASK_ID_MALFORMED DRAFTS_NOT_CONFIGURED'
    )
      .split(' ')
      .toSorted(),
  );
  expect(said.get('TEXT_TOO_LONG')).toEqual({ name: 'prompt', length: 10_001, max: 10_000 });
  expect(said.get('TOO_MANY_OPEN_TASKS')).toEqual({ max: 1 });
  expect(said.get('PROVIDER_NOT_CONFIGURED')).toEqual({ provider: 'GOOGLE', available: 'KIE' });
  expect(said.get('SUBMISSION_NOT_IN_DOUBT')).toEqual({ stage: expect.stringMatching(/^[A-Z]+$/) as string });
});

it('every code of a refusal is used', async () => {
  const src = join(import.meta.dirname, '../../src');
  const texts: string[] = [];
  for await (const file of glob('{commands,domain,schema,media}/**/*.ts', { cwd: src })) {
    if (!file.endsWith('refusal-codes.ts')) texts.push(await readFile(join(src, file), 'utf8'));
  }
  const all = texts.join('\n');
  expect(
    Object.keys(refusalCodes).filter(
      (code) => !all.includes(`message('${code}'`) && !all.includes(`messageOf('${code}'`),
    ),
  ).toEqual([]);
});
