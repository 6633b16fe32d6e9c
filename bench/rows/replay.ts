import { fileURLToPath } from 'node:url';
import { start } from '../processes.ts';
import { atMost, rounded, type Row, type Target } from '../report.ts';
import { lastRevisionOf, revisionAt } from './database.ts';
import { longestHealthMs, sizeName } from './reads.ts';
import type { ReplayHandlers } from './replay-client.ts';
import type { WatchedServer } from './server.ts';

const program = fileURLToPath(new URL('./replay-client.ts', import.meta.url));

/** The replay of the feed: one client 100,000 changes behind, and a hundred 20,000 changes behind. */
export async function measureReplay(server: WatchedServer): Promise<{ rows: Row[]; targets: Target[] }> {
  await using clients = start<ReplayHandlers>(program, ['--no-warnings']);
  const last = lastRevisionOf(server.tasks);
  const rows: Row[] = [];
  const targets: Target[] = [];
  for (const [count, changes] of [
    [1, 100_000],
    [100, 20_000],
  ] as const) {
    await server.longestMs();
    const cpuBefore = await server.cpuMs();
    const { events, firstMs, allMs } = await clients.call('replay', {
      url: server.url,
      clients: count,
      after: revisionAt(last - changes),
      upTo: revisionAt(last),
    });
    const longest = await server.longestMs();
    const name = `${count} replaying ${changes.toLocaleString('en')} changes, ${sizeName(server.tasks)} tasks`;
    rows.push({
      work: name,
      events,
      'first ms': rounded(firstMs),
      'all ms': rounded(allMs),
      'CPU µs/event': rounded((((await server.cpuMs()) - cpuBefore) / events) * 1000),
      'longest /healthz ms': rounded(longest),
    });
    targets.push(atMost(`${name}: longest /healthz in ms`, longest, longestHealthMs));
  }
  return { rows, targets };
}
