import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { request } from 'undici';
import { AllowedHosts, parseAllowedHost } from '../../src/settings/addresses/allowed-hosts.ts';
import { createGuardedAgent, isPrivateAddress } from '../../src/media/fetch/address-guard.ts';

const allowing = (...texts: string[]) =>
  new AllowedHosts(
    texts.map((text) => {
      const host = parseAllowedHost(text);
      if (host === null) throw new Error(`${text} cannot be read`);
      return host;
    }),
  );

describe('a private address', () => {
  it.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.169.254',
    '172.31.255.255',
    '192.168.0.1',
    '198.18.0.1',
    '168.63.129.16',
    '161.26.0.10',
    '166.11.255.255',
    '100.100.100.200',
    '192.0.0.192',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::127.0.0.1',
    '::ffff:127.0.0.1',
    '::ffff:a9fe:a9fe',
    '::ffff:0:7f00:1',
    '::ffff:1.1.1.1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::a00:1',
    '100::1',
    '2002:7f00:1::',
    '2001::1',
    '2001:db8::1',
    '3fff::1',
    '5f00::1',
    'fc00::1',
    'fe80::1',
    'fec0::1',
    'ff02::1',
  ])('is %s', (address) => expect(isPrivateAddress(address)).toBe(true));

  it.each([
    '1.1.1.1',
    '100.128.0.1',
    '172.32.0.1',
    '192.169.0.1',
    '168.63.129.17',
    '166.12.0.1',
    '2606:4700::1111',
    '2a00:1450::1',
  ])('is not %s', (address) => expect(isPrivateAddress(address)).toBe(false));
});

describe('the guarded connection', () => {
  let asked = 0;
  const server = createServer((_request, response) => {
    asked++;
    response.end('inside');
  });
  let port: number;
  beforeAll(async () => {
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    ({ port } = server.address() as AddressInfo);
  });
  afterAll(async () => {
    await new Promise((resolve) => void server.close(resolve));
  });

  /** The spellings of one address that parsers know, and a name that resolves to it. */
  it.each([
    '127.0.0.1',
    '0177.0.0.1',
    '0x7f.1',
    '2130706433',
    '①②⑦.0.0.1',
    '[::ffff:127.0.0.1]',
    '[::1]',
    'localhost',
  ])('refuses http://%s before a byte is sent', async (host) => {
    const agent = createGuardedAgent(allowing(), 2000);
    const before = asked;
    await expect(request(`http://${host}:${port}/`, { dispatcher: agent })).rejects.toMatchObject({
      code: 'ERR_REFUSED_ADDRESS',
    });
    await agent.destroy();
    expect(asked).toBe(before);
  });

  it.each(['127.0.0.1', 'host:port'])('lets the exempt %s through, and nothing beside it', async (exempt) => {
    const agent = createGuardedAgent(allowing(exempt === 'host:port' ? `127.0.0.1:${port}` : exempt), 2000);
    const { body } = await request(`http://127.0.0.1:${port}/`, { dispatcher: agent });
    expect(await body.text()).toBe('inside');
    await expect(request(`http://localhost:${port}/`, { dispatcher: agent })).rejects.toMatchObject({
      code: 'ERR_REFUSED_ADDRESS',
    });
    await agent.destroy();
  });

  it.each(['[::1]', '::1', '[::1]:PORT', '[0:0:0:0:0:0:0:1]:PORT', '0:0::1'])(
    'lets IPv6 through that is exempt as %s',
    async (text) => {
      await using inside = await listenOn('::1');
      const agent = createGuardedAgent(allowing(text.replace('PORT', String(inside.port))), 2000);
      const { body } = await request(`http://[::1]:${inside.port}/`, { dispatcher: agent });
      expect(await body.text()).toBe('inside');
      await expect(request(`http://127.0.0.1:${inside.port}/`, { dispatcher: agent })).rejects.toMatchObject({
        code: 'ERR_REFUSED_ADDRESS',
      });
      await agent.destroy();
    },
  );
});

describe('an allowed host', () => {
  it.each<[string, [string, number][], [string, number][]]>([
    [
      'images.example',
      [
        ['images.example', 80],
        ['images.example', 9],
        ['images.example.', 80],
      ],
      [['a.images.example', 80]],
    ],
    ['Images.Example:8080', [['images.example', 8080]], [['images.example', 80]]],
    ['images.example.:80', [['images.example', 80]], [['images.example', 443]]],
    ['bücher.example', [['xn--bcher-kva.example', 443]], [['bucher.example', 443]]],
    ['10.0.0.1:9000', [['10.0.0.1', 9000]], [['10.0.0.1', 9001]]],
    [
      '[fd00::1]:9000',
      [
        ['[fd00::1]', 9000],
        ['fd00::1', 9000],
      ],
      [
        ['[fd00::1]', 80],
        ['[fd00::2]', 9000],
      ],
    ],
    ['fd00::1', [['[fd00::1]', 80]], [['[fd00::1:80]', 80]]],
  ])('%s is what it says', (text, allowed, refused) => {
    const hosts = allowing(text);
    expect(allowed.filter(([name, port]) => !hosts.has(name, port))).toEqual([]);
    expect(refused.filter(([name, port]) => hosts.has(name, port))).toEqual([]);
  });

  it.each([
    '',
    'http://a/',
    'a/b',
    'a:0',
    'a:65536',
    'a:b',
    'a:1:2',
    '[::1',
    '::1]:80',
    '[1.2.3.4]',
    'a b',
    'u@a',
    '*',
    'a?b',
  ])('is not %j', (text) => expect(parseAllowedHost(text)).toBe(null));
});

async function listenOn(host: string) {
  const server = createServer((_request, response) => response.end('inside'));
  await new Promise<void>((resolve) => void server.listen(0, host, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}
