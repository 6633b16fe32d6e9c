import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const program = fileURLToPath(new URL('./node_modules/autocannon/autocannon.js', import.meta.url));

/** The part of autocannon's report that is used. */
export interface Report {
  readonly requests: { readonly average: number; readonly total: number };
  readonly latency: { readonly p50: number; readonly p99: number };
  readonly non2xx: number;
  readonly errors: number;
}

/** POST requests of JSON, sent in rotation over a number of connections. */
export interface Firing {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bodies: readonly string[];
  readonly connections: number;
  readonly seconds: number;
}

/** Runs autocannon in a process of its own. Fails where a response is not 2xx. */
export async function fire({ url, headers, bodies, connections, seconds }: Firing): Promise<Report> {
  const har = join(tmpdir(), `reelay-bench-${crypto.randomUUID()}.har`);
  const entries = bodies.map((text) => ({
    request: {
      method: 'POST',
      url,
      headers: Object.entries(headers).map(([name, value]) => ({ name, value })),
      postData: { mimeType: 'application/json', text },
    },
  }));
  await writeFile(har, JSON.stringify({ log: { entries } }));
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [
      program,
      '--json',
      '--no-progress',
      '--har',
      har,
      '-c',
      String(connections),
      '-d',
      String(seconds),
      new URL(url).origin,
    ]);
    const report = JSON.parse(stdout) as Report;
    if (report.non2xx > 0 || report.errors > 0) throw new Error(`Requests to ${url} failed: ${stdout}`);
    return report;
  } finally {
    await rm(har);
  }
}
