import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CallbackBody } from '../../src/providers/kie/callback.ts';
import { startPushServer, type PushServer } from '../support/push-server.ts';
import { RawSocket } from '../support/raw-socket.ts';
import { waitFor } from '../support/wait-for.ts';
import { watchLoop } from '../support/watch-loop.ts';

const key = '0123456789abcdef';
let server: PushServer;
beforeAll(async () => {
  server = await startPushServer({ API_KEYS: `ann:${key}` });
});
afterAll(() => server[Symbol.asyncDispose]());

const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;
const part = (head: string) => `--B\r\nContent-Disposition: form-data; ${head}\r\n\r\n`;

async function open(method: string, path: string, headers: readonly string[]): Promise<Socket> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  // Cut connections are what these tests are about.
  socket.on('error', () => {});
  await once(socket, 'connect');
  const head = [`${method} ${path} HTTP/1.1`, 'host: localhost', ...headers, 'transfer-encoding: chunked'];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  return socket;
}

const authorization = `authorization: Bearer ${key}`;
const json = 'content-type: application/json';
const multipart = 'content-type: multipart/form-data; boundary=B';

describe('a request whose body comes in chunks of one byte', () => {
  it.each([
    ['POST', '/graphql', [authorization, json], ''],
    ['POST', '/graphql', [authorization, 'content-type: application/x-www-form-urlencoded'], ''],
    ['POST', '/graphql', [authorization, multipart], part('name="operations"')],
    ['POST', '/graphql', [authorization, multipart], part('name="0"; filename="a"')],
    ['POST', '/veo31/generate-from-urls', [authorization, multipart], part('name="a"')],
    // These are not read.
    ['POST', '/graphql', [json], ''],
    ['POST', '/callbacks/kie/unknown', [], ''],
    ['POST', '/healthz', [], ''],
    ['GET', '/healthz', [], ''],
    ['GET', '/media/unknown', [], ''],
  ])('is cut: %s %s %s', async (method, path, headers, first) => {
    const socket = await open(method, path, headers);
    socket.resume();
    const closed = new Promise((resolve) => void socket.once('close', resolve));
    using loop = watchLoop();
    if (first !== '') socket.write(chunk(first));
    for (let written = 0; written < 20; written += 1) socket.write(chunk('x').repeat(100_000));
    await closed;
    // Several seconds before, and 100 bytes of memory for each.
    expect(loop.longestMs()).toBeLessThan(700);
  });

  it('is answered where there are few of them', async () => {
    const socket = await open('POST', '/graphql', [authorization, json, 'connection: close']);
    const body = JSON.stringify({ query: `{ viewer { owner } } # ${'x'.repeat(900)}` });
    socket.write(`${body.replace(/[^]/g, chunk)}0\r\n\r\n`);
    expect(await textOf(socket)).toContain('key:ann');
  });

  it('is answered where the chunks are small, whatever its type', async () => {
    const operations = JSON.stringify({
      query: '{ viewer { owner } }',
      extensions: { x: 'é'.repeat(200_000) },
    });
    const bodies: [string, string][] = [
      [json, operations],
      [multipart, `${part('name="operations"')}${operations}\r\n${part('name="map"')}{}\r\n--B--\r\n`],
    ];
    for (const [type, body] of bodies) {
      const socket = await open('POST', '/graphql', [authorization, type, 'connection: close']);
      const bytes = Buffer.from(body).toString('latin1');
      const chunks = bytes.match(/[^]{1,300}/g)?.map(chunk) ?? [];
      socket.write(`${chunks.join('')}0\r\n\r\n`, 'latin1');
      expect(await textOf(socket)).toContain('key:ann');
    }
  });
});

it.each<[string, (files: string) => string]>([
  ['has too long a text', (files) => `${part('name="operations"')}${'x'.repeat(1_100_000)}\r\n${files}`],
  ['has an encoded part', (files) => `${part('name="a"\r\nContent-Transfer-Encoding: base64')}x\r\n${files}`],
  ['ends early', (files) => `${files}${part('name="b"; filename="b"')}x`],
])('a form that %s leaves none of its files', async (_what, form) => {
  const files = Array.from(
    { length: 50 },
    (_, index) => `${part(`name="${index}"; filename="a"`)}${'x'.repeat(5000)}\r\n`,
  );
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'multipart/form-data; boundary=B' },
    body: form(files.join('')),
  });
  expect(response.status).toBeGreaterThanOrEqual(400);
  await waitFor(
    'an empty folder',
    () => readdir(server.mediaDirectory),
    (names) => names.length === 0,
  );
});

it('a message of a socket that comes in thousands of frames closes it', async () => {
  await using raw = await RawSocket.connect(server.url, { authorization: key });
  for (let sent = 0; sent < 5000; sent += 1) raw.socket.send(' ', { fin: false });
  expect((await raw.closed).code).toBe(1008);
});

it('ids of a long callback are found, however small its pieces are', () => {
  const body = new CallbackBody();
  for (let sent = 0; sent < 1100; sent += 1) body.add(Buffer.alloc(1000, ' '));
  for (const piece of '{"data":{"taskId":"0123456789abcdef0123456789abcdef"}}') body.add(Buffer.from(piece));
  expect(body.ids()).toEqual(['0123456789abcdef0123456789abcdef']);
});
