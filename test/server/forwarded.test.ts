import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { isForwarded, senderOf } from '../../src/server/auth/forwarded.ts';
import { cpuMs } from '../support/watch-loop.ts';

const requestWith = (headers: Record<string, string>) =>
  ({ headers, socket: { remoteAddress: '127.0.0.1' } }) as unknown as IncomingMessage;
const peer = { address: '127.0.0.1', scheme: null, host: null };

describe('the sender of a request', () => {
  it.each<[Record<string, string>, unknown]>([
    [{}, peer],
    [
      {
        'x-forwarded-for': ' 203.0.113.7 , 10.0.0.1',
        'x-forwarded-proto': 'https',
        'x-forwarded-host': 'a.example',
      },
      { address: '203.0.113.7', scheme: 'https', host: 'a.example' },
    ],
    [{ 'x-forwarded-for': '', 'x-forwarded-proto': 'gopher' }, peer],
    [
      {
        forwarded:
          'For="[2001:db8::1]:4711"; Proto=https;by=10.0.0.9;host="a.example:8443", for=10.0.0.1;proto=http',
      },
      { address: '[2001:db8::1]:4711', scheme: 'https', host: 'a.example:8443' },
    ],
    [{ forwarded: 'for="a,b\\"c;d";proto=http' }, { address: 'a,b"c;d', scheme: 'http', host: null }],
    // The standard header goes first.
    [
      { forwarded: 'for=_hidden', 'x-forwarded-for': '1.2.3.4' },
      { ...peer, address: '_hidden' },
    ],
    [{ forwarded: 'nonsense' }, peer],
    [{ forwarded: 'for="open' }, peer],
  ])('with a trusted proxy: %j', (headers, sender) => {
    expect(senderOf(requestWith(headers), true)).toEqual(sender);
    expect(senderOf(requestWith(headers), false)).toEqual(peer);
    expect(isForwarded(headers)).toBe(Object.keys(headers).length > 0);
  });

  it.each(['a', '"', 'a=', 'a=b;', '\\', ' ', 'a="\\'])(
    'is found at once in a header that is 60 KB of %j',
    (text) => {
      const begun = cpuMs();
      senderOf(requestWith({ forwarded: text.repeat(60_000 / text.length) }), true);
      expect(cpuMs() - begun).toBeLessThan(200);
    },
  );
});
