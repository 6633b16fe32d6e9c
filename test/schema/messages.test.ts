import { describe, expect, it } from 'vitest';
import { messageCodes, worded } from '../../src/domain/messages.ts';
import { toGlobalId } from '../../src/domain/task-names/global-id.ts';
import { acceptedElsewhere, submissionUnknown } from '../../src/worker/user-messages/hints.ts';
import { outcomeStayedUnknown } from '../../src/worker/user-messages/task-errors.ts';
import { startKieApp } from '../support/kie-app.ts';
import { startPushServer } from '../support/push-server.ts';
import { queryAt } from '../support/start-app.ts';

const fields = `hint hintMessages { code params } error { message reason { code params } }
  history { stage reason reasonMessages { code params } }`;

const read = async (url: string, id: string) =>
  (
    await queryAt<{ videoTask: unknown }>(url, `query ($id: ID!) { videoTask(id: $id) { ${fields} } }`, {
      id,
    })
  ).videoTask;

describe('the texts of a task', () => {
  it('come with their codes and parameters, in hints, failures and history', async () => {
    await using server = await startPushServer();
    const task = await server.create({ stage: 'SUBMITTING' });
    const hint = submissionUnknown('Kie.ai', 'a, b');
    const reason = worded('ATTEMPT_UNCLEAR', { reason: 'It timed out', ids: 'a, b' }, 'It timed out: a, b');
    await server.record(task, { kind: 'outcomeUnknown', reason, hint });
    const about = { code: 'SUBMISSION_UNKNOWN', params: { provider: 'Kie.ai', ids: 'a, b' } };
    expect(await read(server.url, toGlobalId(task.id))).toMatchObject({
      hint: hint.text,
      hintMessages: [about],
      error: null,
      history: [
        { stage: 'SUBMITTING', reason: null, reasonMessages: [] },
        { reason: 'It timed out: a, b', reasonMessages: reason.messages },
      ],
    });
    const error = outcomeStayedUnknown('Kie.ai');
    await server.record(task, { kind: 'patienceEnded', error });
    expect(await read(server.url, toGlobalId(task.id))).toMatchObject({
      // Where to look is as true as before.
      hintMessages: [about],
      error: { reason: { code: 'OUTCOME_STAYED_UNKNOWN', params: { provider: 'Kie.ai' } } },
      history: [{}, {}, { reason: error.message, reasonMessages: [error.reason] }],
    });
    const elsewhere = acceptedElsewhere('Kie.ai', 'c');
    await server.record(task, { kind: 'adopted', providerTaskId: 'b', trackedId: null, reason });
    await server.record(task, {
      kind: 'acceptedElsewhere',
      providerTaskId: 'c',
      hint: elsewhere,
      cost: null,
    });
    expect(await read(server.url, toGlobalId(task.id))).toMatchObject({ hintMessages: elsewhere.messages });
  });

  it('of the whole server have only codes and parameters that are declared', async () => {
    await using app = await startKieApp({}, { durationMs: 0 });
    const caller = app.as();
    const failed = await caller.make('a fox [sim:filtered]');
    await caller.untilStage(failed.id, 'FAILED');
    expect(await read(app.url, failed.id)).toMatchObject({
      hintMessages: [],
      error: { reason: { code: 'CONTENT_FILTERED', params: { provider: 'Kie.ai' } } },
      history: [
        {
          reasonMessages: [
            { code: 'ONLY_PROVIDER', params: { provider: 'Kie.ai', model: expect.any(String) as string } },
          ],
        },
        {},
        {},
        { reasonMessages: [{ code: 'CONTENT_FILTERED' }] },
      ],
    });
    for (const { about, params } of Object.values(messageCodes)) {
      for (const param of params) expect(param).toMatch(/^[a-z][A-Za-z]+$/);
      expect(about).toMatch(/\.$/);
    }
  });
});
