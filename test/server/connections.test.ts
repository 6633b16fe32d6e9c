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
    let read = 0;
    let isOpen = false;
    const server = createServer((incoming, response) => {
      read += 1;
      const start = () => {
        if (isOpen) response.end(incoming.url);
        else began.push(response);
      };
      response.setHeader('x-url', incoming.url ?? '');
      if (response.socket !== null) {
        start();
        return;
      }
      const pipeline = pipelines.get(incoming.socket) ?? new Pipeline(incoming.socket);
      pipelines.set(incoming.socket, pipeline);
      pipeline.add(response, start);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const count = 20_000;
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
    expect(read).toBeLessThan(6000);
    isOpen = true;
    for (const response of began) response.end(response.getHeader('x-url'));
    const urls = await waitFor(
      'all answers',
      () => [...seen.text.matchAll(/x-url: \/(\d+)/g)].map(([, url]) => Number(url)),
      ({ length }) => length === count,
    );
    expect(urls).toEqual([...Array(count).keys()]);
    socket.destroy();
    server.close();
    await once(server, 'close');
  });
});

describe('headers that are not complete', () => {
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
