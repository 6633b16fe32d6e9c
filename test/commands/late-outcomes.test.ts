import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { startCalledBackApp } from '../support/called-back-app.ts';
import { Caller, taken } from '../support/kie-app.ts';
import { startLoopback } from '../support/loopback.ts';
import { waitFor } from '../support/wait-for.ts';

const paidId = '0819326cc7fddfd620baf6e1f0db7e2b';
const accepted = { code: 200, msg: 'success', data: { taskId: paidId } };
const refused = { code: 402, msg: 'no credits', data: null };

/** A Kie that answers creates when the test lets it, with the record that the test sets. */
async function startHeldKie(env: Record<string, string> = {}) {
  await using stack = new AsyncDisposableStack();
  const seen = {
    creates: [] as ServerResponse[],
    callBackUrls: [] as string[],
    records: [] as string[],
    upgrades: 0,
    /** Records that are held back until they are answered. */
    held: [] as (() => void)[],
  };
  const arranged = { record: {} as object, holds: false };
  const kie = stack.use(
    await startLoopback((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const url = new URL(request.url ?? '', 'http://kie');
        if (/get-(1080p|4k)-video/.test(url.pathname)) {
          seen.upgrades += 1;
          response.end(JSON.stringify({ code: 400, msg: '1080P is processing.', data: null }));
        } else if (request.method === 'POST') {
          seen.creates.push(response);
          const { callBackUrl } = JSON.parse(Buffer.concat(parts).toString()) as { callBackUrl: string };
          seen.callBackUrls.push(callBackUrl);
        } else {
          const taskId = url.searchParams.get('taskId');
          const answer = () =>
            response.end(JSON.stringify({ code: 200, data: { taskId, ...arranged.record } }));
          if (taskId !== null) seen.records.push(taskId);
          // The key is tried at the start, which is no check of a task.
          if (arranged.holds && taskId !== null) seen.held.push(answer);
          else answer();
        }
      });
    }),
  );
  const app = stack.use(await startCalledBackApp(kie.url, env));
  const running = stack.move();
  const caller = new Caller(app.url);
  return {
    caller,
    seen,
    arranged,
    /** Answers the create that came as the n-th. */
    answer: async (index: number, body: object) => {
      const create = await waitFor('the create', () => seen.creates[index]);
      create?.end(JSON.stringify(body));
    },
    call: (index: number, taskId: string) =>
      fetch(seen.callBackUrls[index] ?? '', { method: 'POST', body: JSON.stringify({ data: { taskId } }) }),
    spent: async () =>
      (
        await caller.query<{ viewer: { spentThisMonth: { amount: number; settled: boolean } } }>(
          '{ viewer { spentThisMonth { amount settled } } }',
        )
      ).viewer.spentThisMonth,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

const veoSuccess = {
  successFlag: 1,
  response: { resultUrls: ['https://cdn.example/v.mp4'], resolution: '720p' },
  creditsConsumed: 30,
};

describe('the outcome of a paid request whose task was canceled and deleted while it was sent', () => {
  it.each<[string, object, object]>([
    ['a refusal', refused, { amount: 0, settled: true }],
    ['"not now"', { ...refused, code: 429 }, { amount: 0, settled: true }],
    ['an acceptance', accepted, { amount: 0.1, settled: true }],
  ])('counts: %s', async (_what, answer, spent) => {
    await using kie = await startHeldKie();
    kie.arranged.record = { state: 'fail', creditsConsumed: 20 };
    const { id } = await kie.caller.make('fox');
    await waitFor('the create', () => kie.seen.creates.length === 1);
    taken(await kie.caller.byId('cancelVideoTask', id));
    expect(await kie.caller.delete(id)).toMatchObject({ deletedId: id });
    expect(await kie.spent()).toEqual({ amount: 0.15, settled: false });
    await kie.answer(0, answer);
    expect(await waitFor('the cost', kie.spent, ({ settled }) => settled)).toEqual(spent);
  });
});

describe('a canceled task above 720p', () => {
  it('orders no larger version when its cost is looked up', async () => {
    await using kie = await startHeldKie({ KIE_CONTRACT: 'veo' });
    kie.arranged.record = { successFlag: 0 };
    const { id } = await kie.caller.make('fox', { resolution: 'P1080' });
    await kie.answer(0, accepted);
    await kie.caller.untilStage(id, 'GENERATING');
    taken(await kie.caller.byId('cancelVideoTask', id));
    kie.arranged.record = veoSuccess;
    const { cost } = await kie.caller.until(id, 'its cost', (task) => task.cost?.settled === true);
    expect([cost?.amount, kie.seen.upgrades]).toEqual([0.15, 0]);
  });

  it('orders none either when it is canceled while it is checked', async () => {
    await using kie = await startHeldKie({ KIE_CONTRACT: 'veo' });
    kie.arranged.holds = true;
    kie.arranged.record = veoSuccess;
    const { id } = await kie.caller.make('fox', { resolution: 'P2160' });
    await kie.answer(0, accepted);
    const answer = await waitFor('a check', () => kie.seen.held[0]);
    taken(await kie.caller.byId('cancelVideoTask', id));
    kie.arranged.holds = false;
    answer?.();
    await kie.caller.until(id, 'its cost', (task) => task.cost?.settled === true);
    expect(kie.seen.upgrades).toBe(0);
  });
});

describe('an id that a person names for a lost submission', () => {
  it('is not undone by a check of a callback’s suggestion that was already running', async () => {
    await using kie = await startHeldKie();
    kie.arranged.record = { state: 'generating' };
    kie.arranged.holds = true;
    const { id } = await kie.caller.make('fox');
    await kie.answer(0, { code: 500 });
    await kie.caller.untilStage(id, 'SUBMISSION_UNKNOWN');
    await kie.call(0, 'suggested-1');
    const suggestion = await waitFor('the check of the suggestion', () => kie.seen.held[0]);
    taken(await kie.caller.resolve(id, { providerTaskId: paidId }));
    kie.arranged.holds = false;
    suggestion?.();
    // Checked as it is due, and not when the patience ends.
    await waitFor('a check of the id', () => kie.seen.records.includes(paidId));
    expect(await kie.caller.task(id)).toMatchObject({ stage: 'GENERATING', providerTaskId: paidId });
  });

  it.each<[string, object, object, string]>([
    [
      'another prompt',
      { param: JSON.stringify({ prompt: 'owl' }) },
      { amount: 0.15, settled: false },
      'UNKNOWN',
    ],
    ['no prompt', {}, { amount: 0.15, settled: false }, 'UNKNOWN'],
    ['its prompt', { param: JSON.stringify({ prompt: 'fox' }) }, { amount: 0, settled: true }, 'NO'],
  ])('gives the budget back only by its record: a failed one with %s', async (_what, echo, spent, billed) => {
    await using kie = await startHeldKie();
    kie.arranged.record = { state: 'fail', failMsg: 'failed', ...echo };
    const { id } = await kie.caller.make('fox');
    await kie.answer(0, { code: 500 });
    await kie.caller.untilStage(id, 'SUBMISSION_UNKNOWN');
    taken(await kie.caller.resolve(id, { providerTaskId: 'a-failed-one-1' }));
    const { error } = await kie.caller.untilStage(id, 'FAILED');
    expect([error?.billed, await kie.spent()]).toEqual([billed, spent]);
  });

  it('settles no cost after a cancellation either', async () => {
    await using kie = await startHeldKie();
    kie.arranged.record = { state: 'generating' };
    const { id } = await kie.caller.make('fox');
    await kie.answer(0, { code: 500 });
    await kie.caller.untilStage(id, 'SUBMISSION_UNKNOWN');
    taken(await kie.caller.resolve(id, { providerTaskId: 'a-failed-one-1' }));
    taken(await kie.caller.byId('cancelVideoTask', id));
    kie.arranged.record = { state: 'fail', creditsConsumed: 0 };
    const { providerStatus } = await kie.caller.until(
      id,
      'the look',
      (task) => task.providerStatus === 'fail',
    );
    expect([providerStatus, await kie.spent()]).toEqual(['fail', { amount: 0.15, settled: false }]);
  });

  it('may be one that a deleted task had', async () => {
    await using kie = await startHeldKie();
    kie.arranged.record = { state: 'generating' };
    const followed = taken(await kie.caller.track(paidId));
    taken(await kie.caller.byId('cancelVideoTask', followed.id));
    await kie.caller.delete(followed.id);
    const { id } = await kie.caller.make('fox');
    await kie.answer(0, { code: 500 });
    await kie.caller.untilStage(id, 'SUBMISSION_UNKNOWN');
    const { task, userErrors } = await kie.caller.resolve(id, { providerTaskId: paidId });
    expect([task?.providerTaskId, userErrors]).toEqual([paidId, []]);
  });
});
