import { readdir, readlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { startPushServer } from '../support/push-server.ts';
import { waitFor } from '../support/wait-for.ts';

const key = `${'b'.repeat(22)}.mp4`;

/** The number of times that this process has the file open. */
async function timesOpen(): Promise<number> {
  const names = await readdir('/proc/self/fd');
  const paths = await Promise.all(names.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => '')));
  return paths.filter((path) => path.endsWith(key)).length;
}

/** Asks for the file, and leaves after some iterations of the event loop. */
async function askAndLeave(port: number, iterations: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  await new Promise<void>((resolve) => void socket.once('connect', resolve));
  socket.on('error', () => {});
  socket.write(`GET /media/${key} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`);
  for (let count = 0; count < iterations; count += 1) await setImmediate();
  socket.resetAndDestroy();
}

it.runIf(process.platform === 'linux')(
  // Reason: only Linux says which files a process has open, in /proc.
  'a file of which the client leaves at any moment is closed, not left to the collection of garbage',
  async () => {
    const warnings: string[] = [];
    const note = ({ message }: Error) => warnings.push(message);
    process.on('warning', note);
    await using stack = new AsyncDisposableStack();
    stack.defer(() => void process.off('warning', note));
    const server = stack.use(await startPushServer());
    await server.files.write(key, [Buffer.alloc(300_000)]);
    const port = Number(new URL(server.url).port);
    for (let round = 0; round < 30; round += 1)
      await Promise.all(Array.from({ length: 20 }, (_, iterations) => askAndLeave(port, iterations)));
    await waitFor('the file to be closed', timesOpen, (count) => count === 0);
    // Node warns of a file that the collection of garbage had to close.
    expect(warnings).toEqual([]);
  },
);
