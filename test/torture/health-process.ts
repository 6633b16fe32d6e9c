// Asks /healthz of a server every 20 ms, in a process of its own: `node health-process.ts URL PID`. Ends with its stdin and
// prints how long the answers took. A program beside it cannot be held up by what it watches.
import { connect } from 'node:net';
import { processorWaitMs } from '../support/processor-wait.ts';

const [url = '', pid = ''] = process.argv.slice(2);
const { hostname, port } = new URL(url);

/** One request on a connection of its own; false: no answer. */
const ask = (): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    let answer = '';
    socket.setTimeout(10_000, () => socket.destroy());
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.on('error', () => {});
    socket.on('close', () => resolve(answer.startsWith('HTTP/1.1 200')));
    socket.end('GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n');
  });

let [asked, slow, failed, longestMs, longestWithoutWaitMs] = [0, 0, 0, 0, 0];
const watch = async () => {
  const [begin, waitedBefore] = [performance.now(), processorWaitMs(Number(pid))];
  const sentAt = Date.now();
  let late = 0;
  const own = setInterval(() => (late = Math.max(late, performance.now() - begin - 20 * ticks++)), 20);
  let ticks = 1;
  const isAnswered = await ask();
  clearInterval(own);
  const took = performance.now() - begin;
  // Neither what this process was late itself, nor what both had to wait for a processor, is the server's.
  const ofServer = took - Math.max(late, processorWaitMs(Number(pid)) - waitedBefore);
  asked += 1;
  if (!isAnswered) failed += 1;
  longestMs = Math.max(longestMs, took);
  longestWithoutWaitMs = Math.max(longestWithoutWaitMs, ofServer);
  if (ofServer > 200 || !isAnswered) {
    slow += 1;
    process.stdout.write(
      `${JSON.stringify({ sentAt, tookMs: Math.round(took), ofServerMs: Math.round(ofServer), isAnswered })}\n`,
    );
  }
};

const over = new AbortController();
process.stdin.resume().once('end', () => over.abort());
while (!over.signal.aborted) {
  await watch();
  await new Promise((resolve) => setTimeout(resolve, 20));
}
process.stdout.write(
  `${JSON.stringify({ asked, slow, failed, longestMs: Math.round(longestMs), longestWithoutWaitMs: Math.round(longestWithoutWaitMs) })}\n`,
);
