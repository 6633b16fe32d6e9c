/** How many there are of each kind of resource, such as `Timeout` or `TCPServerWrap`. */
export type Resources = ReadonlyMap<string, number>;

/** Resources that may remain after a test file, each with the reason. */
const allowed: ReadonlyMap<string, string> = new Map([
  ['Immediate', 'runs in the next iteration of the event loop, and is gone'],
  ['FileHandleReadWrap', 'Node keeps the last one of a file sent as a Blob; the number does not grow'],
  ['PipeWrap', 'the standard streams of a process, opened at the first write'],
  ['process.on("exit")', 'pino flushes its lines there, until the logger is collected'],
  ['TTYWrap', 'the same on a terminal'],
]);

/**
 * Everything that keeps this process alive, and the listeners of the process itself. Timers and handles that were
 * unreferenced do not count: they end with the process.
 *
 * @param workers the threads that run now, which the process does not list
 */
export function openResources(workers: ReadonlySet<unknown> = new Set()): Resources {
  const counts = new Map<string, number>([['Worker', workers.size]]);
  const add = (kind: string, count: number) => counts.set(kind, (counts.get(kind) ?? 0) + count);
  for (const kind of process.getActiveResourcesInfo()) add(kind, 1);
  for (const event of process.eventNames()) {
    add(`process.on(${JSON.stringify(String(event))})`, process.listenerCount(event));
  }
  return counts;
}

/** The resources that are open now and were not before, such as `1 × Timeout`; allowed ones are left out. */
export function openedSince(before: Resources, workers?: ReadonlySet<unknown>): string[] {
  return [...openResources(workers)].flatMap(([kind, count]) => {
    const more = count - (before.get(kind) ?? 0);
    return more > 0 && !allowed.has(kind) ? [`${more} × ${kind}`] : [];
  });
}

/** Sockets and processes that were closed take some iterations of the event loop until they are gone. */
const closingMs = 5000;

/**
 * Resolves once every resource opened since then is gone, at the latest after a few seconds.
 *
 * @returns the resources that are still open; empty when nothing leaked
 */
export async function leaksSince(
  before: Resources,
  { withinMs = closingMs, workers }: { withinMs?: number; workers?: ReadonlySet<unknown> } = {},
): Promise<string[]> {
  const end = performance.now() + withinMs;
  for (;;) {
    const leaks = openedSince(before, workers);
    if (leaks.length === 0 || performance.now() > end) return leaks;
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
  }
}
