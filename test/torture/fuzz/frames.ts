import { once } from 'node:events';
import { connect } from 'node:net';
import { WebSocket } from 'ws';
import type { Dice } from './dice.ts';
import { damaged, hostileOperation } from './documents.ts';

/** How a socket ended; 4500 says that we failed. */
export interface SocketEnd {
  readonly code: number;
  /** What came before the end. */
  readonly body: string;
}

/** Messages of graphql-transport-ws, right and wrong ones, some without a reader for the responses. */
export async function sendMessages(url: string, dice: Dice): Promise<SocketEnd> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  let body = '';
  socket.on('message', (data: Buffer) => {
    if (body.length < 100_000) body += data.toString();
  });
  socket.on('error', () => {});
  const closed = once(socket, 'close') as Promise<[number]>;
  const opened = await Promise.race([once(socket, 'open').then(() => true), closed.then(() => false)]).catch(
    () => false,
  );
  if (opened) {
    if (dice.chance(0.85)) socket.send('{"type":"connection_init"}');
    if (dice.chance(0.1)) socket.pause();
    for (let messages = dice.from(1, 30); messages > 0 && socket.readyState === socket.OPEN; messages -= 1) {
      socket.send(message(dice), { binary: dice.chance(0.05) });
    }
    await new Promise((resolve) => setTimeout(resolve, dice.pick([20, 200, 1500])));
  }
  if (dice.chance(0.5)) socket.close();
  else socket.terminate();
  const cut = setTimeout(() => socket.terminate(), 2000);
  const [code] = await closed;
  clearTimeout(cut);
  return { code, body };
}

function message(dice: Dice): string | Buffer {
  const { query, variables } = hostileOperation(dice);
  const id = dice.pick(['1', '2', 'x'.repeat(120), 'x'.repeat(2000), '', '💍']);
  const subscribe = `{"id":${JSON.stringify(id)},"type":"subscribe","payload":{"query":${JSON.stringify(query)},"variables":${variables}}}`;
  const depth = dice.pick([1, 100, 100_000]);
  return dice.pick([
    subscribe,
    subscribe,
    subscribe,
    damaged(subscribe, dice),
    `{"id":${JSON.stringify(id)},"type":"complete"}`,
    `{"type":"ping","payload":${'['.repeat(depth)}${']'.repeat(depth)}}`,
    `{"type":"ping","payload":{"x":"${'y'.repeat(dice.pick([1, 4096, 900_000]))}"}}`,
    '{"type":"pong"}',
    '{"type":"connection_init"}',
    '{"type":"connection_init","payload":{"authorization":"\u{1F48D}"}}',
    dice.bytes(dice.from(0, 2000)),
    '',
  ]);
}

/** Frames that no WebSocket library writes. */
export async function sendFrames(url: string, dice: Dice): Promise<SocketEnd> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  const closed = once(socket, 'close').catch(() => {});
  socket.write(
    `GET /graphql HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\n` +
      `sec-websocket-protocol: graphql-transport-ws\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
  );
  let body = '';
  socket.on('data', (chunk) => {
    if (body.length < 10_000) body += chunk.toString('latin1');
  });
  for (let frames = dice.from(1, 20); frames > 0 && !socket.destroyed; frames -= 1) socket.write(frame(dice));
  await new Promise((resolve) => setTimeout(resolve, dice.pick([20, 200])));
  socket.destroy();
  await closed;
  return { code: 1006, body: '' };
}

function frame(dice: Dice): Buffer {
  const payload = dice.pick([Buffer.from('{"type":"connection_init"}'), dice.bytes(dice.from(0, 125))]);
  const claimed = dice.chance(0.7) ? payload.length : dice.pick([0, 125, 126, 127]);
  const first = dice.chance(0.5) ? dice.below(256) : dice.pick([0x81, 0x82, 0x01, 0x80, 0x89, 0x8a, 0x88]);
  const mask = dice.bytes(4);
  const masked = Buffer.from(payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0)));
  const length = claimed >= 126 ? dice.bytes(claimed === 126 ? 2 : 8) : Buffer.alloc(0);
  const isMasked = dice.chance(0.9);
  return Buffer.concat([
    Buffer.from([first, (isMasked ? 0x80 : 0) | claimed]),
    length,
    ...(isMasked ? [mask, masked] : [payload]),
  ]);
}
