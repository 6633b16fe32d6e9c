import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Base64Bytes, jsonWithBytes } from '../../../src/providers/http/json-with-bytes.ts';

/** Bytes in chunks of a length. */
const inChunks = (bytes: Buffer, length: number) =>
  new Base64Bytes(bytes.byteLength, async function* () {
    for (let at = 0; at < bytes.byteLength; at += length) yield bytes.subarray(at, at + length);
  });

async function read(body: ReturnType<typeof jsonWithBytes>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of body.read()) parts.push(part);
  return Buffer.concat(parts);
}

describe('a JSON body with bytes', () => {
  it.each([
    [0, 1],
    [1, 1],
    [2, 1],
    [3, 2],
    [100, 7],
    [100_000, 4096],
  ])('is that of the value with base64 texts: %i bytes in chunks of %i', async (size, length) => {
    const bytes = randomBytes(size);
    const value = (data: unknown) => ({ text: 'bytes:é"0', list: [{ data }, { data }], end: null });
    const body = jsonWithBytes(value(inChunks(bytes, length)));
    const sent = await read(body);
    expect(JSON.parse(sent.toString())).toEqual(value(bytes.toString('base64')));
    expect(sent.byteLength).toBe(body.sizeBytes);
    // It can be read again.
    expect(await read(body)).toEqual(sent);
  });

  it('is that of a value without bytes', async () => {
    expect((await read(jsonWithBytes({ a: ['b'] }))).toString()).toBe('{"a":["b"]}');
  });

  it('fails where there are fewer bytes than were announced', async () => {
    const body = jsonWithBytes({ data: new Base64Bytes(2, inChunks(Buffer.from('a'), 1).read) });
    await expect(read(body)).rejects.toThrow('has not the size');
  });
});
