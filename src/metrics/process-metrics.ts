import { readdir, readFile } from 'node:fs/promises';
import { Counter, type Registry } from 'prom-client';
import type { ReadingOptions, Sample } from './reading.ts';

/** Declares a gauge that is read at each scrape. */
type Declare = (options: ReadingOptions, read: () => Iterable<Sample> | Promise<Iterable<Sample>>) => unknown;

/**
 * The process metrics under the names that all clients of Prometheus give them. Those of prom-client come only together
 * with two observers that nothing can end, and read the open files synchronously: 20,000 with as many sockets.
 */
export function declareProcessMetrics(registry: Registry, declare: Declare): void {
  const cpu = (name: string, help: string, micros: (usage: NodeJS.CpuUsage) => number) =>
    new Counter({
      name,
      help,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(micros(process.cpuUsage()) / 1e6);
      },
    });
  cpu('process_cpu_user_seconds_total', 'CPU time of the process in user mode.', ({ user }) => user);
  cpu('process_cpu_system_seconds_total', 'CPU time of the process in the kernel.', ({ system }) => system);
  cpu('process_cpu_seconds_total', 'CPU time of the process.', ({ user, system }) => user + system);

  const gauge = (name: string, help: string, read: () => number) => declare({ name, help }, () => [[read()]]);
  const startedAt = Date.now() / 1000 - process.uptime();
  gauge('process_start_time_seconds', 'Start of the process, in seconds since 1970.', () => startedAt);
  gauge('process_resident_memory_bytes', 'Memory of the process in RAM.', () => process.memoryUsage.rss());
  const memory = () => process.memoryUsage();
  gauge('nodejs_heap_size_total_bytes', 'Size of the heap.', () => memory().heapTotal);
  gauge('nodejs_heap_size_used_bytes', 'Used part of the heap.', () => memory().heapUsed);
  gauge('nodejs_external_memory_bytes', 'Memory outside the heap.', () => memory().external);

  if (process.platform !== 'linux') return;
  declare({ name: 'process_open_fds', help: 'Open files and sockets.' }, async () => {
    const open = await readdir('/proc/self/fd');
    // One of them is the folder itself.
    return [[open.length - 1]];
  });
  declare({ name: 'process_max_fds', help: 'Limit of open files and sockets.' }, async () => {
    const [, limit] = /^Max open files\s+(\d+)/m.exec(await readFile('/proc/self/limits', 'utf8')) ?? [];
    return limit === undefined ? [] : [[Number(limit)]];
  });
}
