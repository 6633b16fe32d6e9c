import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { Pipeline } from '../../src/server/connections/pipeline.ts';
import { startPushServer } from '../support/push-server.ts';
import { ServerConnections } from '../support/server-connections.ts';
import { waitFor } from '../support/wait-for.ts';

const request = 'GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n';

/** Opens a connection and keeps what it receives. */
function open(url: string) {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const seen = { text: '', isClosed: false };
  socket.on('data', (chunk: Buffer) => (seen.text += chunk.toString('latin1')));
  socket.on('error', () => {});
  socket.on('close', () => (seen.isClosed = true));
  return { socket, seen };
}

describe('the time of a connection', () => {
  it('is its own: no limit of Node cuts a large upload or a paused connection', async () => {
    await using server = await startPushServer();
    const limits: number[] = [];
    const note = (message: unknown) => {
      const { headersTimeout, requestTimeout } = (message as { server: Server }).server;
      limits.push(headersTimeout, requestTimeout);
    };
    subscribe('http.server.request.start', note);
    try {
      await (await fetch(`${server.url}/healthz`)).text();
    } finally {
      unsubscribe('http.server.request.start', note);
    }
    expect(limits).toEqual([0, 0]);
  });

  it('is limited until the first request', async () => {
    await using server = await startPushServer();
    using connections = new ServerConnections();
    const { socket, seen } = open(server.url);
    const [silent] = await waitFor(
      'the connection',
      () => connections.openAt(server.url),
      ({ length }) => length === 1,
    );
    expect(silent?.timeout).toBe(75_000);
    socket.write(request);
    await waitFor(
      'the answer',
      () => seen.text,
      (text) => text.includes('200'),
    );
    // What Node gives an idle connection after a request.
    await waitFor(
      'the time of an idle one',
      () => silent?.timeout,
      (timeout) => (timeout ?? 0) > 0,
    );
    silent?.emit('timeout');
    await waitFor('the close', () => seen.isClosed, Boolean);
  });
});

describe('pipelined requests', () => {
  it('are read as fast as they are answered, and answered in order', async () => {
    const pipelines = new Map<Socket, Pipeline>();
    const began: ServerResponse[] = [];
    const refused: ServerResponse[] = [];
    let isOpen = false;
    const server = createServer((incoming, response) => {
      const start = () => {
        if (isOpen) response.end(incoming.url);
        else began.push(response);
      };
      response.setHeader('x-url', incoming.url ?? '');
      if (response.socket !== null) {
        start();
        return;
      }
      const pipeline =
        pipelines.get(incoming.socket) ??
        new Pipeline(incoming.socket, { waiting: 0 }, () => refused.push(response));
      pipelines.set(incoming.socket, pipeline);
      pipeline.add(response, start);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const count = 100;
    const { socket, seen } = open(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    socket.write(
      Array.from({ length: count }, (_, index) => `GET /${index} HTTP/1.1\r\nhost: localhost\r\n\r\n`).join(
        '',
      ),
    );
    await waitFor('the first of them', () => began.length > 16);
    // Some iterations of the event loop, in which all of them would be read.
    for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
    expect(began.length).toBe(17);
    isOpen = true;
    for (const response of began) response.end(response.getHeader('x-url'));
    const urls = await waitFor(
      'all answers',
      () => [...seen.text.matchAll(/x-url: \/(\d+)/g)].map(([, url]) => Number(url)),
      ({ length }) => length === count,
    );
    expect(urls).toEqual([...Array(count).keys()]);
    expect(refused).toEqual([]);
    socket.destroy();
    server.close();
    await once(server, 'close');
  });

  it('that are too many end their connection with 429, and are not even parsed', async () => {
    await using server = await startPushServer();
    let parsed = 0;
    const note = () => void (parsed += 1);
    subscribe('http.server.request.start', note);
    try {
      const clients = Array.from({ length: 40 }, () => open(server.url));
      for (const { socket } of clients) socket.write(request.repeat(1500));
      await waitFor('the end of all', () => clients.every(({ seen }) => seen.isClosed));
      for (const { seen } of clients) {
        const statuses = [...seen.text.matchAll(/HTTP\/1.1 (\d+)/g)].map(([, status]) => status);
        expect(statuses.length).toBeGreaterThan(16);
        expect(statuses.findIndex((status) => status !== '200')).toBe(statuses.length - 1);
        expect(seen.text).toMatch(/429 Too Many Requests[^]*connection: close[^]*LIMIT_EXCEEDED[^]*$/);
      }
    } finally {
      unsubscribe('http.server.request.start', note);
    }
    // Of 60,000. How many depends on what is read at a time.
    expect(parsed).toBeLessThan(15_000);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });

  it('behind a stream that goes on have the time of LIMIT_STALLED_MS', async () => {
    await using server = await startPushServer({ LIMIT_STALLED_MS: '300' });
    const query = encodeURIComponent('subscription { taskStatusChanged { id } }');
    const { socket, seen } = open(server.url);
    socket.write(
      `GET /graphql?query=${query} HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\n\r\n`.concat(
        request.repeat(1500),
      ),
    );
    await waitFor('the end', () => seen.isClosed);
    expect(seen.text).toContain('text/event-stream');
  });
});

describe('headers that are not complete', () => {
  it('behind a stream end it after LIMIT_SLOW_BODY_MS; a stream with many cookies goes on', async () => {
    await using server = await startPushServer({ LIMIT_SLOW_BODY_MS: '600' });
    const query = encodeURIComponent('subscription { taskStatusChanged { id } }');
    const stream = `GET /graphql?query=${query} HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\n`;
    const cookies = `cookie: ${'x'.repeat(40_000)}`;
    const [half, whole] = [open(server.url), open(server.url)];
    half.socket.write(`${stream}\r\n`);
    whole.socket.write(`${stream}${cookies}\r\n\r\n`);
    await waitFor('both streams', () =>
      [half, whole].every(({ seen }) => seen.text.includes('event-stream')),
    );
    half.socket.write(`GET / HTTP/1.1\r\n${cookies}`);
    await waitFor('the end of one', () => half.seen.isClosed);
    expect(whole.seen.isClosed).toBe(false);
    whole.socket.destroy();
  });

  it('have the time of LIMIT_SLOW_BODY_MS, and connections without a request are left alone', async () => {
    await using server = await startPushServer({ LIMIT_SLOW_BODY_MS: '600' });
    const silent = open(server.url);
    const idle = open(server.url);
    const half = open(server.url);
    const later = open(server.url);
    half.socket.write('GET /healthz HTTP/1.1\r\nhost: ');
    for (const { socket } of [idle, later]) socket.write(request);
    await waitFor('the answers', () => idle.seen.text !== '' && later.seen.text !== '');
    const lateHalf = setInterval(() => later.socket.write('GET'), 300);
    await waitFor('the end of both', () => half.seen.isClosed && later.seen.isClosed);
    clearInterval(lateHalf);
    expect(half.seen.text).toMatch(/^HTTP\/1\.1 408 /);
    expect([silent.seen, idle.seen.isClosed]).toEqual([{ text: '', isClosed: false }, false]);
    for (const { socket, seen } of [silent, idle]) {
      seen.text = '';
      socket.write(request);
      await waitFor('the answer', () => seen.text.startsWith('HTTP/1.1 200'));
      socket.destroy();
    }
  });

  it('count as waiting bytes of clients who are not known', async () => {
    await using server = await startPushServer({ LIMIT_WAITING_BYTES: '1048576' });
    const clients = Array.from({ length: 30 }, () => open(server.url));
    for (const { socket } of clients) {
      socket.write(`GET /healthz HTTP/1.1\r\nhost: localhost\r\ncookie: ${'a'.repeat(50_000)}`);
    }
    const closed = () => clients.filter(({ seen }) => seen.isClosed);
    await waitFor('a cut', () => closed().length > 0);
    const rest = clients.filter((client) => !closed().includes(client));
    expect(rest.length).toBeGreaterThan(10);
    for (const { socket, seen } of rest) {
      socket.write('\r\n\r\n');
      await waitFor('the answer', () => seen.text.startsWith('HTTP/1.1 200'));
      socket.destroy();
    }
  });
});
