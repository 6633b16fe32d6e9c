import type { OutgoingHttpHeaders } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { kieProviderAt } from '../../support/kie-provider.ts';
import { startLoopback } from '../../support/loopback.ts';

const id = '2aeff425a5f21580d2f225c4129e63ab';
const accepted = JSON.stringify({ code: 200, msg: 'success', data: { taskId: id } });
const waiting = JSON.stringify({ code: 200, data: { taskId: id, state: 'waiting' } });

/** What a create and a check make of such an answer, and what the other side received. */
async function ask(answerTo: (body: string) => { headers?: OutgoingHttpHeaders; bytes: Uint8Array }) {
  const received: string[] = [];
  await using kie = await startLoopback((request, response) => {
    received.push(`${request.method} ${request.headers['accept-encoding']}`);
    const { headers, bytes } = answerTo(request.method === 'POST' ? accepted : waiting);
    response.writeHead(200, headers).end(bytes);
  });
  await using provider = kieProviderAt(kie.url);
  const { signal } = new AbortController();
  const create = await provider.submit(
    {
      model: 'veo3_fast',
      prompt: 'fox',
      images: [],
      imagesAs: 'AUTO',
      negativePrompt: null,
      audio: null,
      aspectRatio: 'LANDSCAPE_16_9',
      durationSeconds: null,
      resolution: null,
      seed: null,
      providerOptions: null,
      callbackUrl: null,
    },
    { signal, mayStart: () => true },
  );
  const check = await provider.check(
    {
      providerTaskId: id,
      model: 'veo3_fast',
      resolution: null,
      memo: { contract: 'jobs' },
      callbackUrl: null,
      mayOrder: () => true,
    },
    signal,
  );
  return {
    create: create.kind,
    check: check.kind,
    received,
    ids: create.kind === 'unknown' ? create.possibleIds : [],
  };
}

const once = ['POST gzip, br', 'GET gzip, br'];

describe('an answer', () => {
  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
    ['GZIP', gzipSync],
    ['identity', (bytes: Buffer) => bytes],
  ] as const)('in %s is read', async (encoding, encode) => {
    const seen = await ask((body) => ({
      headers: { 'content-encoding': encoding },
      bytes: encode(Buffer.from(body)),
    }));
    expect(seen).toEqual({ create: 'accepted', check: 'processing', received: once, ids: [] });
  });

  it.each([
    ['in an unknown encoding', { 'content-encoding': 'zstd-9' }, (body: string) => Buffer.from(body)],
    ['that is not what its header says', { 'content-encoding': 'gzip' }, (body: string) => Buffer.from(body)],
    [
      'that unpacks to a hundred times its length',
      { 'content-encoding': 'gzip' },
      (body: string) => gzipSync(`${body}${' '.repeat(2 ** 21)}`),
    ],
    ['longer than any', {}, (body: string) => Buffer.from(`${body}${' '.repeat(2 ** 21)}`)],
  ])('%s is unknown, and is no fault of the provider', async (_what, headers, bytesOf) => {
    const seen = await ask((body) => ({ headers, bytes: bytesOf(body) }));
    expect(seen).toMatchObject({ create: 'unknown', check: 'unknown', received: once });
  });

  it.each(['zstd-9', 'gzip', 'utf-8'])('that is named %s and is plain keeps its id', async (encoding) => {
    const seen = await ask((body) => ({
      headers: { 'content-encoding': encoding },
      bytes: Buffer.from(body),
    }));
    expect(seen).toMatchObject({ create: 'unknown', ids: [id] });
  });
});
