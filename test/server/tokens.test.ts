import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, viewerQuery } from '../support/ask.ts';
import { startPushServer, type PushServer } from '../support/push-server.ts';
import { RawSocket } from '../support/raw-socket.ts';

const secret = 'a secret of more than thirty-two bytes';
const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;
const encoded = (text: string) => Buffer.from(text).toString('base64url');

/** A token with claims as they are written, so that JSON can say what a library would not. */
function tokenOf(claims: string, alg = 'HS256', key = secret): string {
  const signed = `${encoded(JSON.stringify({ alg, typ: 'JWT' }))}.${encoded(claims)}`;
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
}
const claims = (more: Record<string, unknown>) =>
  JSON.stringify({ sub: 'ann', exp: inSeconds(600), ...more });

let server: PushServer;
beforeAll(async () => {
  server = await startPushServer({ JWT_SECRET: secret, JWT_ISSUER: 'https://issuer.example' });
});
afterAll(() => server[Symbol.asyncDispose]());

const issued = (more: Record<string, unknown>) => claims({ iss: 'https://issuer.example', ...more });

/** The owner of a token, or the status and words of its refusal; over HTTP and ws, which must agree. */
async function answerTo(token: string): Promise<unknown> {
  const asked = { ...viewerQuery, headers: { ...viewerQuery.headers, authorization: `Bearer ${token}` } };
  const { status, text } = await ask(server.url, asked);
  const body = JSON.parse(text) as { data?: { viewer: { owner: string } }; errors?: [{ message: string }] };
  await using socket = await RawSocket.open(server.url);
  socket.send({ type: 'connection_init', payload: { Authorization: token } });
  const acknowledged = socket.next(({ type }) => type === 'connection_ack').then(() => 'acknowledged');
  const greeting = await Promise.race([acknowledged, socket.closed]);
  const refusal = body.errors?.[0].message;
  expect(greeting).toEqual(refusal === undefined ? 'acknowledged' : { code: 4401, reason: refusal });
  acknowledged.catch(() => {});
  return body.data?.viewer.owner ?? [status, refusal];
}

describe('the times of a token', () => {
  it.each<[string, Record<string, unknown>]>([
    ['an end 2 s ago', { exp: inSeconds(-2) }],
    ['an end 50 s ago', { exp: inSeconds(-50) }],
    ['a beginning in 5 s', { nbf: inSeconds(5) }],
    ['a beginning in 50 s', { nbf: inSeconds(50) }],
  ])('have a leeway for clocks that differ: %s is taken', async (_what, more) => {
    expect(await answerTo(tokenOf(issued(more)))).toBe('jwt:ann');
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['an end ten minutes ago', { exp: inSeconds(-600) }, /expired/],
    ['a beginning in ten minutes', { nbf: inSeconds(600) }, /not valid yet/],
    ['no end', { exp: undefined }, /exp/],
    ['an end that is no number', { exp: 'soon' }, /exp/],
  ])('count beyond it: %s is refused, with the reason', async (_what, more, reason) => {
    expect(await answerTo(tokenOf(issued(more)))).toEqual([401, expect.stringMatching(reason) as string]);
  });

  // JSON.parse makes Infinity of 1e400. A time in milliseconds is a common mistake.
  it.each<[string, string, RegExp]>([
    ['exp', '1e400', /exp must be/],
    ['exp', '1e17', /exp must be/],
    ['exp', String(Date.now() + 600_000), /exp must be/],
    ['exp', '-1', /expired/],
    ['exp', '-1e400', /expired/],
    ['nbf', '-1', /nbf must be/],
    ['nbf', '-1e400', /nbf must be/],
    ['nbf', '1e400', /not valid yet/],
    ['iat', '1e400', /iat must be/],
    ['iat', '-1', /iat must be/],
    ['iat', String(Date.now()), /iat must be/],
  ])('are seconds that a calendar can show: an %s of %s is refused', async (claim, value, reason) => {
    const token = tokenOf(issued({ [claim]: 0 }).replace(`"${claim}":0`, `"${claim}":${value}`));
    expect(await answerTo(token)).toEqual([401, expect.stringMatching(reason) as string]);
  });

  it('may be fractions of a second, and centuries away', async () => {
    expect(await answerTo(tokenOf(issued({ exp: 32_503_680_000.5, nbf: 0, iat: 0.25 })))).toBe('jwt:ann');
  });
});

describe('what a token says', () => {
  it.each<[string, string, RegExp]>([
    ['a number as sub', tokenOf(issued({ sub: 42 })), /sub/],
    ['no sub', tokenOf(issued({ sub: undefined })), /sub/],
    ['an empty sub', tokenOf(issued({ sub: ' ' })), /sub/],
    ['a sub of 256 characters', tokenOf(issued({ sub: 'a'.repeat(256) })), /sub/],
    ['a sub with a lone surrogate', tokenOf(issued({}).replace('ann', String.raw`\ud800`)), /sub/],
    ['a sub with a control character', tokenOf(issued({}).replace('ann', String.raw`ann\u0000`)), /sub/],
    ['a sub with a line break', tokenOf(issued({ sub: 'ann\nbob' })), /sub/],
    ['another issuer', tokenOf(claims({ iss: 'https://evil.example' })), /iss/],
    ['no issuer', tokenOf(claims({})), /iss/],
    ['another secret', tokenOf(issued({}), 'HS256', 'another secret of more than 32 bytes'), /signature/],
    ['another algorithm', tokenOf(issued({}), 'none'), /algorithm/],
    ['nothing that is a token', 'nonsense', /neither a key .* nor a token/],
  ])('is refused with the reason: %s', async (_what, token, reason) => {
    expect(await answerTo(token)).toEqual([401, expect.stringMatching(reason) as string]);
  });

  it('may be any other name, of any script', async () => {
    const name = 'аня|😀 d\u00e9';
    expect(await answerTo(tokenOf(issued({ sub: name })))).toBe(`jwt:${name}`);
  });
});
