import { generateKeyPairSync } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type JWK, type CryptoKey } from 'jose';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { publishedKeys } from '../../src/server/auth/published-keys.ts';
import { startPushServer } from '../support/push-server.ts';
import { RawSocket } from '../support/raw-socket.ts';

/** Who the server says that we are, or the status and code of its refusal. */
async function whoAmI(url: string, token: string): Promise<unknown> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: '{"query":"{ viewer { owner } }"}',
  });
  const body = (await response.json()) as {
    data?: { viewer: { owner: string } };
    errors?: [{ extensions: { code: string } }];
  };
  return body.data?.viewer.owner ?? [response.status, body.errors?.[0].extensions.code];
}

describe('tokens that are checked by published keys', () => {
  let ours: { privateKey: CryptoKey; jwk: JWK };
  let foreign: CryptoKey;
  let answer: (response: ServerResponse) => void;
  const server = createServer((_request, response) => answer(response));
  let address: string;

  beforeAll(async () => {
    const pair = await generateKeyPair('ES256', { extractable: true });
    ours = {
      privateKey: pair.privateKey,
      jwk: { ...(await exportJWK(pair.publicKey)), kid: 'a', alg: 'ES256' },
    };
    foreign = (await generateKeyPair('ES256')).privateKey;
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => void server.close(resolve));
  });

  const start = () =>
    startPushServer({ JWT_JWKS_URL: address, JWT_ISSUER: 'https://issuer.example', JWT_AUDIENCE: 'reelay' });
  const token = (claims: Record<string, unknown>, key = ours.privateKey, kid = 'a') =>
    new SignJWT({ sub: 'ann', iss: 'https://issuer.example', aud: 'reelay', ...claims })
      .setProtectedHeader({ alg: 'ES256', kid })
      .setExpirationTime('5m')
      .sign(key);
  const published = (response: ServerResponse) =>
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [ours.jwk] }));

  it('name their owner, and are refused where anything of them is not right', async () => {
    answer = published;
    await using api = await start();
    const refused = [401, 'UNAUTHENTICATED'];
    expect(await whoAmI(api.url, await token({}))).toBe('jwt:ann');
    expect(await whoAmI(api.url, await token({ iss: 'https://evil.example' }))).toEqual(refused);
    expect(await whoAmI(api.url, await token({ aud: 'another' }))).toEqual(refused);
    expect(await whoAmI(api.url, await token({ sub: 5 }))).toEqual(refused);
    expect(await whoAmI(api.url, await token({ sub: '' }))).toEqual(refused);
    expect(await whoAmI(api.url, await token({}, foreign))).toEqual(refused);
    expect(await whoAmI(api.url, await token({}, foreign, 'b'))).toEqual(refused);
    expect(await whoAmI(api.url, 'nonsense')).toEqual(refused);
  });

  it.each<[string, (response: ServerResponse) => void]>([
    ['answers with a fault', (response) => response.writeHead(500).end()],
    ['answers with a page', (response) => response.setHeader('content-type', 'text/html').end('<p>soon')],
    ['answers with something else', (response) => response.end('{"nothing":true}')],
    ['hangs up', (response) => response.destroy()],
  ])('are not called wrong while their address %s: try again', async (_what, fault) => {
    answer = fault;
    await using api = await start();
    const good = await token({});
    expect(await whoAmI(api.url, good)).toEqual([503, 'INTERNAL']);
    await using socket = await RawSocket.open(api.url);
    socket.send({ type: 'connection_init', payload: { authorization: good } });
    expect((await socket.closed).code).toBe(1013);
  });

  it('are read up to a bound, from an address whose response has no end', async () => {
    let written = 0;
    answer = (response) => {
      const more = () => {
        // An end for this test, far above the bound and what sockets hold.
        while (written < 256e6 && !response.destroyed) {
          written += 65_536;
          if (!response.write('x'.repeat(65_536))) return;
        }
        response.end();
      };
      response.on('drain', more);
      more();
    };
    await using api = await start();
    expect(await whoAmI(api.url, await token({}))).toEqual([503, 'INTERNAL']);
    expect(written).toBeLessThan(64e6);
  });

  it('are asked for once, not by every request, while their address fails', async () => {
    let asked = 0;
    answer = (response) => {
      asked += 1;
      response.writeHead(503).end();
    };
    await using api = await start();
    const good = await token({});
    for (let request = 0; request < 5; request++) {
      expect(await whoAmI(api.url, good)).toEqual([503, 'INTERNAL']);
    }
    expect(asked).toBe(1);
  });

  it('stay good for known tokens while a stranger makes their address fail', async () => {
    answer = published;
    await using api = await start();
    const good = await token({});
    expect(await whoAmI(api.url, good)).toBe('jwt:ann');
    answer = (response) => response.writeHead(503).end();
    await whoAmI(api.url, await token({}, foreign, 'unknown'));
    expect(await whoAmI(api.url, good)).toBe('jwt:ann');
  });

  it.each<[string, (response: ServerResponse) => void]>([
    ['fails', (response) => response.writeHead(503).end()],
    ['publishes no keys', (response) => response.end('{"nothing":true}')],
  ])(
    'stay good while the address %s after the set is old, until it publishes another one',
    async (_, fault) => {
      let asked = 0;
      answer = (response) => {
        asked += 1;
        published(response);
      };
      vi.useFakeTimers({ toFake: ['Date', 'performance'] });
      try {
        const keys = publishedKeys(new URL(address));
        const keyOf = (kid: string) => keys({ alg: 'ES256', kid }, { payload: '', signature: '' });
        await keyOf('a');
        await keyOf('a');
        expect(asked).toBe(1);
        answer = (response) => {
          asked += 1;
          fault(response);
        };
        vi.advanceTimersByTime(11 * 60_000);
        await Promise.all([keyOf('a'), keyOf('a')]);
        await keyOf('a');
        expect(asked).toBe(2);
        vi.advanceTimersByTime(60 * 60_000);
        await keyOf('a');
        expect(asked).toBe(3);
        answer = (response) => response.end(JSON.stringify({ keys: [{ ...ours.jwk, kid: 'b' }] }));
        vi.advanceTimersByTime(60_000);
        await expect(keyOf('a')).rejects.toThrow('no applicable key found');
        await keyOf('b');
      } finally {
        vi.useRealTimers();
      }
    },
  );

  it('are refused where they name a published key that cannot be used, and cost others nothing', async () => {
    const short = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const ofOthers = [
      { ...(await exportJWK(short.publicKey)), kid: 'short' },
      { kty: 'EC', crv: 'P-256', x: 'AAAA', y: 'AAAA', kid: 'no point' },
      { kty: 'RSA', n: '', e: '', kid: 'empty' },
      { kty: 'EC', crv: 'P-256', kid: 'nothing' },
      { ...(await exportJWK(ours.privateKey)), kid: 'private' },
    ];
    answer = (response) => response.end(JSON.stringify({ keys: [ours.jwk, ...ofOthers] }));
    await using api = await start();
    for (const { kid, kty } of ofOthers) {
      const header = Buffer.from(JSON.stringify({ alg: kty === 'RSA' ? 'RS256' : 'ES256', kid }));
      const [, payload] = (await token({})).split('.');
      const forged = `${header.toString('base64url')}.${payload}.${'A'.repeat(86)}`;
      expect([kid, await whoAmI(api.url, forged)]).toEqual([kid, [401, 'UNAUTHENTICATED']]);
      await using socket = await RawSocket.open(api.url);
      socket.send({ type: 'connection_init', payload: { authorization: forged } });
      expect([kid, (await socket.closed).code]).toEqual([kid, 4401]);
      expect(await whoAmI(api.url, await token({}))).toBe('jwt:ann');
    }
  });
});
