import { describe, expect, it } from 'vitest';
import { startSimulator } from '../../src/providers/simulator/simulator.ts';
import { startGoogleApp } from '../support/google-app.ts';
import { startKieApp, type Caller } from '../support/kie-app.ts';
import { waitFor } from '../support/wait-for.ts';

interface ShownModel {
  readonly id: string;
  readonly retiredAt: string | null;
  readonly successor: string | null;
}

const modelsOf = async (caller: Caller) =>
  (
    await caller.query<{ providers: { models: ShownModel[] }[] }>(
      '{ providers { models { id retiredAt successor } } }',
    )
  ).providers[0]?.models ?? [];
const retiredOf = async (caller: Caller) =>
  (await modelsOf(caller)).filter(({ retiredAt }) => retiredAt !== null).map(({ id }) => id);

describe('a model that the provider no longer offers', () => {
  it.each(['404', '404-model', '422-model', '400-model'])(
    'fails its task with the successor named, and is shown as retired (create-code=%s)',
    async (code) => {
      await using app = await startKieApp();
      const caller = app.as();
      const startedAt = Date.now();
      const { id } = await caller.make(`fox [sim:create-code=${code}]`);
      const failed = await caller.untilStage(id, 'FAILED');
      expect(failed.error).toEqual({
        code: 'MODEL_RETIRED',
        message: expect.stringMatching(
          /^Kie\.ai no longer offers the model: .*\. Use google\/gemini-omni-flash-1-1 instead\.$/,
        ) as string,
        retryable: false,
        billed: 'NO',
      });
      expect(failed.cost).toMatchObject({ amount: 0, settled: true });
      await waitFor('it to be shown', async () => (await retiredOf(caller)).join() === 'veo3_fast');
      const shown = (await modelsOf(caller))[0];
      expect(shown).toMatchObject({ id: 'veo3_fast', successor: 'google/gemini-omni-flash-1-1' });
      expect(Date.parse(shown?.retiredAt ?? '')).toBeGreaterThanOrEqual(startedAt);
      // Nothing is spent elsewhere by itself: the next task goes to the same model, which works again.
      const next = await caller.make('owl');
      expect((await caller.untilStage(next.id, 'COMPLETED')).error).toBeNull();
      await waitFor('it to be offered again', async () => (await retiredOf(caller)).length === 0);
    },
  );

  it('is shown where a generation fails by it', async () => {
    await using app = await startKieApp();
    const caller = app.as();
    const { id } = await caller.make('fox [sim:market-failure=retired]', { model: 'veo3_lite' });
    expect((await caller.untilStage(id, 'FAILED')).error).toMatchObject({
      code: 'MODEL_RETIRED',
      message: expect.stringContaining('Use bytedance/seedance-2-fast instead.') as string,
    });
    await waitFor('it to be shown', async () => (await retiredOf(caller)).join() === 'veo3_lite');
  });
});

describe('a selection that the caller left open', () => {
  const reasonOf = async (caller: Caller, input: Record<string, unknown>) => {
    const { id } = await caller.make('fox', input);
    return (await caller.task(id))?.history[0]?.reason;
  };

  it('has its reason in the history', async () => {
    await using app = await startKieApp({ PROVIDERS: 'kie,simulator' });
    const caller = app.as();
    expect([
      await reasonOf(caller, {}),
      await reasonOf(caller, { provider: 'KIE' }),
      await reasonOf(caller, { model: 'veo3_lite' }),
      await reasonOf(caller, { provider: 'KIE', model: 'veo3_lite' }),
      await reasonOf(caller, { aspectRatio: 'SQUARE_1_1' }),
    ]).toEqual([
      'Selected by default: Kie.ai, the first of KIE, SIMULATOR that supports the input; its default model veo3_fast.',
      'Selected by default: veo3_fast, the default model of Kie.ai.',
      'Selected by default: Kie.ai, the first of KIE, SIMULATOR that supports the input.',
      null,
      expect.stringMatching(
        /^Selected by default: .*, the first of KIE, SIMULATOR that supports the input; /,
      ),
    ]);
  });

  it.each<[string, Record<string, string>, string]>([
    [
      'Veo where there is a project',
      { GOOGLE_CLOUD_PROJECT: 'p', GOOGLE_ACCESS_TOKEN: 'token' },
      'veo-3.1-fast-generate-001',
    ],
    ['Gemini Omni where there is none', {}, 'gemini-omni-1.2-flash'],
  ])('is %s at Google', async (_what, env, model) => {
    await using vertex = await startSimulator({ durationMs: 100 });
    const vertexUrl = 'GOOGLE_CLOUD_PROJECT' in env ? { VERTEX_BASE_URL: vertex.url } : {};
    await using app = await startGoogleApp({ ...vertexUrl, ...env });
    const caller = app.as();
    expect([await reasonOf(caller, {}), await reasonOf(caller, { provider: 'GOOGLE' })]).toEqual([
      `Selected by default: Google, the only provider; its default model ${model}.`,
      `Selected by default: ${model}, the default model of Google.`,
    ]);
  });
});
