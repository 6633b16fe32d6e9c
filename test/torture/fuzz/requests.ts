import { connect } from 'node:net';
import type { Dice } from './dice.ts';
import { damaged, hostileOperation } from './documents.ts';

/** What came back from one hostile request; null: the connection was closed without an answer. */
export interface Seen {
  readonly status: number;
  readonly body: string;
}

const withoutAnswer = null;

const giveUp = () => AbortSignal.timeout(20_000);

async function read(response: Promise<Response>): Promise<Seen | null> {
  try {
    const { status, body } = await response;
    return { status, body: body === null ? '' : Buffer.concat(await Array.fromAsync(body)).toString() };
  } catch {
    return withoutAnswer;
  }
}

/** An operation by POST, GET or as an event stream. */
export async function sendOperation(url: string, dice: Dice): Promise<Seen | null> {
  const { query, variables } = hostileOperation(dice);
  const accept = dice.pick([
    'application/json',
    'application/graphql-response+json',
    'text/event-stream',
    '*/*',
  ]);
  if (dice.chance(0.2)) {
    const parameters = new URLSearchParams({
      query: query.slice(0, 8000),
      variables: variables.slice(0, 4000),
    });
    return read(fetch(`${url}/graphql?${parameters}`, { headers: { accept }, signal: streamEnd(accept) }));
  }
  return read(
    fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept },
      body: `{"query":${JSON.stringify(query)},"variables":${variables}}`,
      signal: streamEnd(accept),
    }),
  );
}

/** A stream of all tasks has no end of its own. */
const streamEnd = (accept: string) => (accept === 'text/event-stream' ? AbortSignal.timeout(3000) : giveUp());

/** A body that is not what its type says, on any of the paths that read one. */
export async function sendBody(url: string, dice: Dice): Promise<Seen | null> {
  const { query, variables } = hostileOperation(dice);
  const whole = `{"query":${JSON.stringify(query)},"variables":${variables}}`;
  const form =
    '--b\r\ncontent-disposition: form-data; name="operations"\r\n\r\n{"query":"{ viewer { owner } }"}\r\n' +
    '--b\r\ncontent-disposition: form-data; name="map"\r\n\r\n{"0":["variables.a.b.c"]}\r\n' +
    '--b\r\ncontent-disposition: form-data; name="0"; filename="a.png"\r\n\r\nxx\r\n--b--\r\n';
  const fields =
    'reference_image_urls=https%3A%2F%2Fx.test%2Fa.png&duration_seconds=8&additional_prompt=%ff%00';
  const text = dice.pick([
    damaged(whole, dice),
    damaged(form, dice),
    damaged(fields, dice),
    whole.slice(0, dice.below(whole.length)),
  ]);
  const body = dice.chance(0.2) ? dice.bytes(dice.from(0, 3000)) : Buffer.from(text);
  const type = dice.pick([
    'application/json',
    'application/json; charset=utf-16',
    'multipart/form-data; boundary=b',
    'multipart/form-data',
    'application/x-www-form-urlencoded',
    'text/plain',
    'application/graphql',
  ]);
  const path = dice.pick([
    '/graphql',
    '/veo31/generate-from-urls',
    '/callbacks/kie/AAAAAAAAAAAAAAAAAAAAAA',
    '/media/x',
  ]);
  return read(
    fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': type },
      body: new Uint8Array(body),
      signal: giveUp(),
    }),
  );
}

/** Bytes on a bare connection: requests that are no requests, stop in the middle, or are not read. */
export async function sendBytes(url: string, dice: Dice): Promise<Seen | null> {
  const { hostname, port } = new URL(url);
  const head = dice.pick([
    'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n{"query":',
    'POST /graphql HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\nffffff\r\n{',
    'GET /media/../../etc/passwd HTTP/1.1\r\nhost: localhost\r\n\r\n',
    'GET http://[ HTTP/1.1\r\nhost: \r\n\r\n',
    'OPTIONS * HTTP/1.1\r\nhost: localhost\r\norigin: null\r\n\r\n',
    'GET /graphql HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-key: x\r\n\r\n',
    'GET /graphql?query={videoTasks(first:200){edges{node{id,prompt,history{at}}}}} HTTP/1.1\r\nhost: localhost\r\n\r\n',
  ]);
  const bytes = dice.chance(0.3)
    ? dice.bytes(dice.from(1, 4000))
    : Buffer.from(damaged(head, dice), 'latin1');
  const { promise, resolve } = Promise.withResolvers<void>();
  const socket = connect(Number(port), hostname, () => {
    if (dice.chance(0.2)) socket.pause();
    socket.write(bytes);
  });
  socket.resume();
  socket.on('error', () => {});
  socket.once('close', () => resolve());
  // Some stay for a while without a word.
  const timer = setTimeout(() => socket.destroy(), dice.pick([100, 100, 3000]));
  await promise;
  clearTimeout(timer);
  return withoutAnswer;
}
