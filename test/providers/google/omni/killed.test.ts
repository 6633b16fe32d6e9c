import { expect, it } from 'vitest';
import { geminiSettings } from '../../../support/google-app.ts';
import { Caller } from '../../../support/kie-app.ts';
import { startServer, startSimulatorProcess, statsOf } from '../../../support/processes.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { waitFor } from '../../../support/wait-for.ts';

it('a server that is killed during a paid create of Omni, and after one, sends neither again', async () => {
  await using folder = await temporaryFolder();
  await using simulator = await startSimulatorProcess('--duration-ms', '2000');
  const env = { DATA_DIR: folder.path, ...geminiSettings(simulator.url) };
  await using first = await startServer(env);
  const accepted = await new Caller(first.url).make('a cat');
  await new Caller(first.url).untilStage(accepted.id, 'GENERATING');
  const lost = await new Caller(first.url).make('a dog [sim:create-hang]');
  await waitFor('both creates', async () => (await statsOf(simulator)).createsAccepted === 2);
  await first.kill('SIGKILL');
  await using second = await startServer(env);
  const caller = new Caller(second.url);
  await caller.until(accepted.id, 'the video', ({ stage }) => stage === 'COMPLETED', 15_000);
  await caller.until(lost.id, 'the doubt', ({ stage }) => stage === 'SUBMISSION_UNKNOWN', 15_000);
  expect((await statsOf(simulator)).createsReceived).toBe(2);
  expect(first.output() + second.output()).not.toContain('sk-gemini-secret');
}, 60_000);
