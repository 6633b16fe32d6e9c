import { describe, expect, it } from 'vitest';
import { Caller } from '../support/kie-app.ts';
import { killRounds } from '../support/kill-rounds.ts';
import {
  pointedAt,
  pointedAtVertex,
  startServerWithSettableClock,
  startSimulatorProcess,
  statsOf,
} from '../support/processes.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('kill -9 at random moments under load', () => {
  it('loses nothing, doubles nothing and reports each end once', { timeout: 90_000 }, async () => {
    const figures = await killRounds(10, Math.random);
    expect(figures).toMatchObject({
      lost: 0,
      otherEnds: 0,
      createdTwice: 0,
      endsToldTwice: 0,
      endsNotTold: 0,
    });
    expect(figures.acknowledged).toBeGreaterThan(10);
    expect(figures.unknown).toBeLessThanOrEqual(figures.unknownAtMost);
  });
});

describe('kill -9 with Google as the provider', () => {
  it('loses nothing and creates nothing twice', { timeout: 60_000 }, async () => {
    const figures = await killRounds(2, Math.random, pointedAtVertex);
    expect(figures).toMatchObject({ lost: 0, otherEnds: 0, createdTwice: 0, endsNotTold: 0 });
    expect(figures.acknowledged).toBeGreaterThan(2);
  });
});

describe('a clock that is set by an hour', () => {
  it.each([
    ['back', '-3600000'],
    ['forward', '3600000'],
  ])('%s while tasks are under way delays, doubles and fails none', async (_way, jump) => {
    await using folder = await temporaryFolder();
    await using simulator = await startSimulatorProcess('--duration-ms', '1500', '--creates-per-10s', '0');
    await using server = await startServerWithSettableClock({
      ...pointedAt(simulator, folder.path),
      CLOCK_JUMP_MS: jump,
    });
    const caller = new Caller(server.url);
    const tasks = await Promise.all(Array.from({ length: 10 }, (_, index) => caller.make(`fox ${index}`)));
    for (const { id } of tasks) await caller.untilStage(id, 'GENERATING');
    process.kill(server.pid, 'SIGUSR2');
    const later = await caller.make('owl');
    for (const { id } of [...tasks, later]) await caller.untilStage(id, 'COMPLETED');
    expect((await statsOf(simulator)).createsReceived).toBe(11);
  });

  it('back while the server is down delays nothing', async () => {
    await using folder = await temporaryFolder();
    await using simulator = await startSimulatorProcess('--duration-ms', '1500', '--creates-per-10s', '0');
    const env = pointedAt(simulator, folder.path);
    await using first = await startServerWithSettableClock(env);
    const { id } = await new Caller(first.url).make('fox');
    await new Caller(first.url).untilStage(id, 'GENERATING');
    await first.kill('SIGKILL');
    await using second = await startServerWithSettableClock({ ...env, CLOCK_OFFSET_MS: '-3600000' });
    await new Caller(second.url).untilStage(id, 'COMPLETED');
    expect((await statsOf(simulator)).createsReceived).toBe(1);
  });
});
