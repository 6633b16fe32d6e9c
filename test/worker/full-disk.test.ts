import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { Caller } from '../support/kie-app.ts';
import { startLoopback } from '../support/loopback.ts';
import { pointedAt, startServer } from '../support/processes.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';

/** Lets a process write to no file, or to all again. */
const limitFiles = (pid: number, bytes: '0' | 'unlimited') =>
  execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:unlimited`]);

/** Longer than the lease, so that the claim on the task runs out while nothing can be written. */
const outageMs = 1200;
const leaseMs = 400;
const paidId = '0819326cc7fddfd620baf6e1f0db7e2b';

/** A server whose disk fails as the response to a paid request is sent; `respond` gives that response. */
async function startOnFailingDisk(respond: (attempt: number) => object, isOver: (ms: number) => boolean) {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const state: { pid: number; attempts: number; timer?: NodeJS.Timeout } = { pid: 0, attempts: 0 };
  stack.defer(() => clearInterval(state.timer));
  const kie = stack.use(
    await startLoopback((request, response) => {
      request.resume();
      if (request.method !== 'POST') {
        response.end(JSON.stringify({ code: 200, data: { taskId: paidId, state: 'generating' } }));
        return;
      }
      state.attempts += 1;
      if (state.attempts === 1) {
        limitFiles(state.pid, '0');
        const begin = performance.now();
        state.timer = setInterval(() => {
          if (!isOver(performance.now() - begin)) return;
          clearInterval(state.timer);
          limitFiles(state.pid, 'unlimited');
        }, 20);
      }
      response.end(JSON.stringify(respond(state.attempts)));
    }),
  );
  const server = stack.use(await startServer({ ...pointedAt(kie, folder.path), LEASE_MS: String(leaseMs) }));
  state.pid = server.pid;
  const running = stack.move();
  return {
    server,
    caller: new Caller(server.url),
    attempts: () => state.attempts,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

const accepted = { code: 200, msg: 'success', data: { taskId: paidId } };
const afterOutage = (ms: number) => ms > outageMs;

describe.skipIf(process.platform !== 'linux')(
  // Reason: `prlimit`, which makes the disk fail for one process, is Linux's.
  'a disk that fails as the response to a paid request comes',
  () => {
    it('loses no accepted id, although the lease runs out, and the log states the cause', async () => {
      await using app = await startOnFailingDisk(() => accepted, afterOutage);
      const { id } = await app.caller.make('fox');
      const task = await app.caller.until(
        id,
        'the outcome',
        ({ stage }) => !/WAITING|SUBMITTING/.test(stage),
      );
      expect([task.stage, task.providerTaskId, app.attempts()]).toEqual(['GENERATING', paidId, 1]);
      expect(app.server.output()).toMatch(/disk I\/O error/);
      expect(app.server.output()).toMatch(new RegExp(paidId));
      expect(app.server.output()).not.toMatch(/no transaction is active/);
    });

    it.each([
      ['a refusal', { code: 422, msg: 'Please enter prompt', data: null }, 'FAILED', 0, 1],
      ['"not now"', { code: 429, msg: 'Rate limit exceeded', data: null }, 'GENERATING', 0.15, 2],
    ] as const)('turns %s into nothing else', async (_what, answer, stage, amount, attempts) => {
      await using app = await startOnFailingDisk(
        (attempt) => (attempt === 1 ? answer : accepted),
        afterOutage,
      );
      const { id } = await app.caller.make('fox');
      const task = await app.caller.until(
        id,
        'the outcome',
        ({ stage: seen, history }) =>
          history.some(({ stage: past }) => past === 'SUBMISSION_UNKNOWN') || /FAILED|GENERATING/.test(seen),
      );
      expect([task.stage, task.cost?.amount, app.attempts()]).toEqual([stage, amount, attempts]);
    });

    it('that stays so holds up no shutdown, and the log has the id then', async () => {
      await using app = await startOnFailingDisk(
        () => accepted,
        () => false,
      );
      await app.caller.make('fox');
      await waitFor('the failed write', () => /disk I\/O error/.test(app.server.output()));
      expect((await app.server.kill('SIGTERM')).code).toBe(0);
      expect(app.server.output()).toMatch(new RegExp(`${paidId}.*resolveSubmission`));
    });
  },
);
