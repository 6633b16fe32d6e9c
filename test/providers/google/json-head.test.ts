import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOfBase64 } from '../../../src/providers/google/base64.ts';
import { readJsonHead } from '../../../src/providers/google/json-head.ts';

/** A body that comes in pieces of these lengths, again and again. */
async function* inPieces(text: string, lengths: readonly number[]): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0, piece = 0; at < bytes.byteLength; piece += 1) {
    const length = lengths[piece % lengths.length] ?? 1;
    yield bytes.subarray(at, at + length);
    at += length;
  }
}

async function read(
  text: string,
  lengths: readonly number[],
): Promise<{ text: string; bytes: Buffer | null }> {
  const head = await readJsonHead(inPieces(text, lengths), ['data']);
  if (head.bytes === null) return { text: head.text, bytes: null };
  const parts: Buffer[] = [];
  for await (const part of bytesOfBase64(head.bytes)) parts.push(part);
  return { text: head.text, bytes: Buffer.concat(parts) };
}

const pieces = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 });

describe('JSON with a value too long to hold', () => {
  it('gives the same text and bytes however it is cut into pieces and escaped', async () => {
    const before = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 3 });
    const law = fc.asyncProperty(
      before,
      fc.uint8Array(),
      pieces,
      fc.boolean(),
      fc.constantFrom('', ' ', String.raw`\n`, String.raw`\r\n`, String.raw`\u000a`),
      async (fields, bytes, cut, escapes, lineEnd) => {
        fc.pre(!('data' in fields));
        const base64 = Buffer.from(bytes).toString('base64').replaceAll(/.{10}/g, `$&${lineEnd}`);
        const value = escapes
          ? base64
              .replaceAll('/', String.raw`\/`)
              .replaceAll('=', String.raw`\u003d`)
              .replaceAll('+', String.raw`\u002B`)
          : base64;
        const start = `${JSON.stringify(fields).slice(0, -1)}${Object.keys(fields).length > 0 ? ',' : ''}"data" : `;
        const seen = await read(`${start}"${value}","after":"data"}`, cut);
        expect(seen).toEqual({ text: start, bytes: Buffer.from(bytes) });
      },
    );
    await fc.assert(law, { numRuns: 500 });
  });

  it('gives the whole text where there is no such value', async () => {
    const law = fc.asyncProperty(fc.jsonValue(), pieces, async (value, cut) => {
      const text = JSON.stringify(value);
      fc.pre(!/"data":"/.test(text));
      expect(await read(text, cut)).toEqual({ text, bytes: null });
    });
    await fc.assert(law, { numRuns: 500 });
  });

  it.each([
    ['the name inside of a text', '{"a":"\\"data\\": ","b":1}'],
    ['the name as a value', '{"a":"data","b":"x"}'],
    ['a value that is no string', '{"data":null,"b":"x"}'],
    ['an object of that name', '{"data":{"b":"x"}}'],
  ])('is not misled by %s', async (_what, text) => {
    for (const length of [1, 3, 1000]) expect(await read(text, [length])).toEqual({ text, bytes: null });
  });

  it.each([
    ['that ends before its closing quote', '{"data":"QUJD', 'the answer ended inside of the video'],
    ['that is no base64', '{"data":"QU*JD"}', 'the video is not valid base64'],
    ['with one character too many', '{"data":"QUJDQ"}', 'the video is not valid base64'],
  ])('rejects a value %s', async (_what, text, reason) => {
    for (const length of [1, 2, 1000]) await expect(read(text, [length])).rejects.toThrow(reason);
  });

  it('bounds what it holds of a text without such a value', async () => {
    await expect(read(`{"x":"${'y'.repeat(2 ** 21)}"}`, [65_536])).rejects.toThrow('the answer is too long');
  });
});
