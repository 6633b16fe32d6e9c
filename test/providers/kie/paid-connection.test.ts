import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { ProviderHttp } from '../../../src/providers/http/http.ts';
import { startLoopback } from '../../support/loopback.ts';

it('a paid request offers HTTP/1.1 alone, because undici repeats a POST over HTTP/2', async () => {
  const hello = Promise.withResolvers<string>();
  const server = createServer((socket) =>
    socket
      .on('error', () => undefined)
      .once('data', (bytes) => {
        hello.resolve(bytes.toString('latin1'));
        socket.destroy();
      }),
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await using http = new ProviderHttp({ timeoutMs: 5000 });
  const post = http.postOnce(
    `https://127.0.0.1:${port}/create`,
    {},
    new AbortController().signal,
    () => true,
  );
  await expect(post).rejects.toMatchObject({ name: 'NoAnswerError', mayHaveBeenSent: false });
  // The protocols of ALPN are in the first message in clear, each after its length.
  const offered = await hello.promise;
  expect({ http1: offered.includes('\u0008http/1.1'), h2: offered.includes('\u0002h2') }).toEqual({
    http1: true,
    h2: false,
  });
  server.close();
});

it('a paid request that is aborted while its connection is made is never sent', async () => {
  const received: string[] = [];
  await using server = await startLoopback((request, response) => {
    received.push(request.url ?? '');
    response.end('{}');
  });
  await using http = new ProviderHttp({ timeoutMs: 5000 });
  const abortedBeforeStart: string[] = [];
  const startedAfterAbort: string[] = [];
  // The connection is made in one of the first iterations of the event loop: an abort at each of them.
  for (let iterations = 0; iterations < 20; iterations++) {
    const path = `/${iterations}`;
    const abort = new AbortController();
    let isStarted = false;
    const post = http.postOnce(server.url + path, {}, abort.signal, () => {
      if (abort.signal.aborted) startedAfterAbort.push(path);
      return (isStarted = true);
    });
    const ended = post.catch(() => undefined);
    for (let i = 0; i < iterations; i++) await new Promise(setImmediate);
    if (!isStarted) abortedBeforeStart.push(path);
    abort.abort();
    await ended;
  }
  expect(abortedBeforeStart).toContain('/0');
  // A request that starts is a paid one whose fate has to be found out, even if its bytes are never written.
  expect(startedAfterAbort).toEqual([]);
  // The answer to a later request proves that the server has had time to see the earlier ones.
  await http.postOnce(`${server.url}/last`, {}, new AbortController().signal, () => true);
  expect(received.filter((path) => abortedBeforeStart.includes(path))).toEqual([]);
});
