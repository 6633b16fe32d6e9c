import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { startCalledBackApp } from '../support/called-back-app.ts';
import { Caller } from '../support/kie-app.ts';
import { startLoopback } from '../support/loopback.ts';

const paidId = '0819326cc7fddfd620baf6e1f0db7e2b';

/** A server whose paid request is accepted and whose connection is then cut; the record echoes the given prompt. */
async function startLost(
  echo: object,
  env: Record<string, string> = {},
  create: ((response: ServerResponse) => void) | null = null,
) {
  await using stack = new AsyncDisposableStack();
  const seen = { callBackUrl: '', asked: 0 };
  const kie = stack.use(
    await startLoopback((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        if (request.method !== 'POST') {
          seen.asked += 1;
          const id = new URL(request.url ?? '', 'http://kie').searchParams.get('taskId');
          response.end(JSON.stringify({ code: 200, data: { taskId: id, state: 'generating', ...echo } }));
          return;
        }
        seen.callBackUrl = (
          JSON.parse(Buffer.concat(parts).toString()) as { callBackUrl: string }
        ).callBackUrl;
        if (create === null) request.socket.destroy();
        else create(response);
      });
    }),
  );
  const app = stack.use(await startCalledBackApp(kie.url, env));
  const running = stack.move();
  return {
    caller: new Caller(app.url),
    seen,
    call: async (body: string) =>
      (await fetch(seen.callBackUrl, { method: 'POST', body, redirect: 'error' })).status,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

const prompt = 'A ring turns';
const ours = { param: JSON.stringify({ input: JSON.stringify({ prompt }) }) };
const accepted = `{"code":200,"data":{"taskId":"${paidId}"}}`;
const filler = (bytes: number) => 'x'.repeat(bytes);

describe('an id that a callback names for a lost submission', () => {
  it.each<[string, string]>([
    ['after 90 KB', `{"code":200,"data":{"param":"${filler(90_000)}","taskId":"${paidId}"}}`],
    ['after 3 MB', `{"code":200,"data":{"param":"${filler(3_000_000)}","taskId":"${paidId}"}}`],
    ['before 3 MB', `{"code":200,"data":{"taskId":"${paidId}","param":"${filler(3_000_000)}"}}`],
    [
      'beside an escaped one',
      `{"data":{"param":"{\\"taskId\\":\\"no1\\"}${filler(2_000_000)}","taskId":"${paidId}"}}`,
    ],
    ['after a byte order mark', `\uFEFF{"data":{"taskId":"${paidId}"}}`],
    ['as `data` alone', `{"code":200,"data":"${paidId}"}`],
    ['as JSON in text', JSON.stringify({ code: 200, data: JSON.stringify({ taskId: paidId }) })],
    ['as `recordId`', JSON.stringify({ code: 200, data: { recordId: paidId } })],
    ['deeper', JSON.stringify({ code: 200, data: { info: { task_id: paidId } } })],
    ['in a list', JSON.stringify([{ taskId: paidId }])],
    ['beside an error', JSON.stringify({ code: 501, msg: 'failed', data: { taskId: paidId } })],
    ['in half a document', `{"code":200,"data":{"taskId":"${paidId}","info":{"res`],
  ])('%s is found, and adopted by the echo of the prompt', async (_where, body) => {
    await using lost = await startLost(ours);
    const { id } = await lost.caller.make(prompt);
    await lost.caller.untilStage(id, 'SUBMISSION_UNKNOWN');
    expect(await lost.call(body)).toBe(200);
    const task = await lost.caller.until(id, 'its adoption', ({ stage }) => stage !== 'SUBMISSION_UNKNOWN');
    expect([task.stage, task.providerTaskId]).toEqual(['GENERATING', paidId]);
  });

  it.each<[string, object]>([
    ['no prompt', {}],
    ['an echo that cannot be read', { paramJson: '{"prompt":"A ring turns","callBackUrl":"\\https://e"}' }],
    ['another prompt', { param: JSON.stringify({ prompt: 'Another' }) }],
    ['no state', { state: 'sleeping' }],
  ])('whose record has %s is in the hint, and resolves the submission by hand', async (_what, echo) => {
    await using lost = await startLost(echo);
    const { id } = await lost.caller.make(prompt);
    await lost.caller.untilStage(id, 'SUBMISSION_UNKNOWN');
    await lost.call(JSON.stringify({ data: { taskId: paidId } }));
    const task = await lost.caller.until(id, 'the hint', ({ hint }) => hint?.includes(paidId) === true);
    expect([task.stage, task.history.at(-1)?.reason]).toEqual([
      'SUBMISSION_UNKNOWN',
      expect.stringContaining(paidId),
    ]);
    expect((await lost.caller.resolve(id, { providerTaskId: paidId })).task).toMatchObject({
      stage: 'GENERATING',
      providerTaskId: paidId,
    });
  });

  it('stays in the hint when another one is named', async () => {
    await using lost = await startLost({ state: 'sleeping' });
    const { id } = await lost.caller.make(prompt);
    await lost.caller.untilStage(id, 'SUBMISSION_UNKNOWN');
    await lost.call(JSON.stringify({ data: { taskId: paidId } }));
    await lost.caller.until(id, 'the hint', ({ hint }) => hint?.includes(paidId) === true);
    await lost.call(JSON.stringify({ data: { taskId: 'another-1' } }));
    const both = await lost.caller.until(id, 'both', ({ hint }) => hint?.includes('another-1') === true);
    expect(both.hint).toContain(paidId);
  });

  it('of a canceled task is adopted too, so that its cost is known', async () => {
    await using lost = await startLost({ ...ours, state: 'fail', creditsConsumed: 20 });
    const { id } = await lost.caller.make(prompt);
    await lost.caller.untilStage(id, 'SUBMISSION_UNKNOWN');
    await lost.caller.byId('cancelVideoTask', id);
    await lost.call(JSON.stringify({ data: { taskId: paidId } }));
    const task = await lost.caller.until(id, 'its cost', ({ cost }) => cost?.settled === true);
    expect([task.stage, task.providerTaskId, task.cost?.amount]).toEqual(['CANCELED', paidId, 0.1]);
  });
});

describe('an id in a response that proves nothing', () => {
  it.each<[string, number, string, string]>([
    ['a number', 200, '{"code":200,"data":{"taskId":9007199254740993}}', '9007199254740993'],
    ['`data` alone', 200, `{"code":200,"data":"${paidId}"}`, paidId],
    ['a list', 200, `{"code":200,"data":["${paidId}"]}`, paidId],
    ['JSON in text', 200, JSON.stringify({ code: 200, data: JSON.stringify({ taskId: paidId }) }), paidId],
    ['`id`', 200, `{"code":200,"data":{"id":"${paidId}"}}`, paidId],
    ['deeper', 200, `{"code":200,"data":{"task":{"task_id":"${paidId}"}}}`, paidId],
    ['text that is no JSON', 200, paidId, paidId],
    ['half a document', 200, `{"code":200,"data":{"taskId":"${paidId}",`, paidId],
    ['an error of HTTP', 502, `{"data":{"record":{"job_id":"${paidId}"}}}`, paidId],
    ['a form that no id has', 200, '{"code":200,"data":{"taskId":"veo/task 1"}}', 'veo/task 1'],
  ])('(%s) is in the hint', async (_what, status, body, shown) => {
    await using lost = await startLost({}, { PROVIDER_TIMEOUT_MS: '3000' }, (response) =>
      response.writeHead(status).end(body),
    );
    const { id } = await lost.caller.make(prompt);
    const task = await lost.caller.untilStage(id, 'SUBMISSION_UNKNOWN');
    expect(task.hint).toContain(shown);
  });

  it.each<[string, string]>([
    ['as `data` alone', `{"code":200,"data":"${paidId}"}`],
    ['as a deeper id', `{"code":200,"data":{"task":{"id":"${paidId}"}}}`],
  ])('(%s) is adopted by the echo of the prompt', async (_what, body) => {
    await using lost = await startLost(ours, {}, (response) => response.end(body));
    const { id } = await lost.caller.make(prompt);
    const task = await lost.caller.until(id, 'its adoption', ({ providerTaskId }) => providerTaskId !== null);
    expect([task.stage, task.providerTaskId]).toEqual(['GENERATING', paidId]);
  });

  it.each<[string, (response: ServerResponse) => void]>([
    ['after a byte order mark', (response) => response.end(`\uFEFF${accepted}`)],
    [
      'before the connection is cut',
      (response) => {
        response.writeHead(200, { 'content-length': accepted.length + 9 });
        response.write(accepted, () => response.destroy());
      },
    ],
  ])('is accepted in the documented form %s', async (_where, create) => {
    await using lost = await startLost({}, {}, create);
    const { id } = await lost.caller.make(prompt);
    const task = await lost.caller.until(id, 'an outcome', ({ stage }) => !/WAITING|SUBMITTING/.test(stage));
    expect([task.stage, task.providerTaskId]).toEqual(['GENERATING', paidId]);
  });
});
