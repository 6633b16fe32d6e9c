import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { Caller } from './kie-app.ts';
import { freePort } from './free-port.ts';
import { pointedAt, startServer, startSimulatorProcess, statsOf } from './processes.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** What was seen of tasks that the provider calls back for. */
export interface CallbackFigures {
  /** From the provider's end of a task to the event at the client, in milliseconds. */
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly maxMs: number;
  readonly mostChecks: number;
  readonly checks: number;
}

/**
 * Tasks on real processes, of which the regular checks are a minute apart: only callbacks can bring their ends in
 * time. All processes share this machine's clock.
 */
export async function callbackLatency(count: number, durationMs: number): Promise<CallbackFigures> {
  const key = 'a key of the account';
  await using folder = await temporaryFolder();
  await using simulator = await startSimulatorProcess(
    '--duration-ms',
    String(durationMs),
    '--creates-per-10s',
    '0',
    '--hmac-key',
    key,
  );
  const port = String(await freePort());
  await using server = await startServer({
    ...pointedAt(simulator, folder.path),
    PORT: port,
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    KIE_POLL_INTERVAL_MS: '60000',
    KIE_WEBHOOK_HMAC_KEY: key,
  });
  const client = createClient({
    url: `${server.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
  });
  try {
    const delays: number[] = [];
    const events = client.iterate<{ taskStatusChanged: { stage: string; providerTaskId: string } }>({
      query: 'subscription { taskStatusChanged { id stage providerTaskId } }',
    });
    const caller = new Caller(server.url);
    const made = Promise.all(Array.from({ length: count }, (_, index) => caller.make(`fox ${index}`)));
    for await (const { data } of events) {
      if (data?.taskStatusChanged.stage !== 'COMPLETED') continue;
      // The first 44 bits of the simulator's ids are their time (src/providers/simulator/kie/task/task-id.ts).
      const createdAt = Number.parseInt(data.taskStatusChanged.providerTaskId.slice(0, 11), 16);
      delays.push(Date.now() - createdAt - durationMs);
      if (delays.length === count) break;
    }
    await made;
    const { tasks, checks } = await statsOf(simulator);
    const sorted = delays.toSorted((a, b) => a - b);
    const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
    return {
      medianMs: at(0.5),
      p95Ms: at(0.95),
      maxMs: at(1),
      mostChecks: Math.max(...Object.values(tasks).map((task) => task.checks)),
      checks,
    };
  } finally {
    await client.dispose();
  }
}
