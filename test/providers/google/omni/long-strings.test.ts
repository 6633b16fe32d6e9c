import { randomBytes } from 'node:crypto';
import { array, assert, asyncProperty, integer, jsonValue, string } from 'fast-check';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import {
  contentOfLongString,
  numberOfLongString,
  readShortened,
} from '../../../../src/providers/google/omni/long-strings.ts';
import { OmniApi } from '../../../../src/providers/google/omni/omni-api.ts';
import { startLoopback } from '../../../support/loopback.ts';

async function* inChunks(text: string, length: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
  await Promise.resolve();
}

describe('JSON with long strings', () => {
  it('is as it was where it has none, however it is cut', async () => {
    await assert(
      asyncProperty(jsonValue(), string(), integer({ min: 1, max: 9 }), async (value, text, length) => {
        const json = JSON.stringify({ value, text, escaped: '"\\' });
        expect(await readShortened(inChunks(json, length))).toBe(json);
      }),
    );
  });

  it('keeps its form, and gives each long string by its number', async () => {
    await assert(
      asyncProperty(array(integer({ min: 70_000, max: 80_000 }), { maxLength: 3 }), async (lengths) => {
        const texts = lengths.map((length) => randomBytes(length).toString('base64'));
        const json = JSON.stringify({
          before: 'a "b" \\',
          list: texts.map((data) => ({ data })),
          after: [1],
        });
        const short = JSON.parse((await readShortened(inChunks(json, 4099))) ?? '') as {
          list: { data: string }[];
        };
        expect(short).toMatchObject({ before: 'a "b" \\', after: [1] });
        expect(short.list.map(({ data }) => numberOfLongString(data))).toEqual(
          texts.map((_, index) => index),
        );
        expect(short.list.every(({ data }) => data.length < 100)).toBe(true);
        for (const [index, text] of texts.entries()) {
          const content = await buffer(contentOfLongString(inChunks(json, 4099), index));
          expect(content.toString() === text).toBe(true);
        }
      }),
      { numRuns: 10 },
    );
  });

  it('that ends inside of a long string is no whole one', async () => {
    const json = `{"data":"${'A'.repeat(100_000)}`;
    await expect(buffer(contentOfLongString(inChunks(json, 4096), 0))).rejects.toThrow('ended inside');
  });
});

it.each<[string, (json: string) => string]>([
  ['as it is', (json) => json],
  [
    'with its characters escaped and in lines',
    (json) =>
      json
        .replaceAll('+', String.raw`\u002b`)
        .replaceAll('/', String.raw`\/`)
        .replaceAll(/[A-Za-z\d]{64}/g, String.raw`$&\r\n`),
  ],
])(
  'a poll reads past the images that were sent, and opens the video inside of it exactly, %s',
  async (_how, written) => {
    const [picture, video] = [randomBytes(3_000_000), randomBytes(2_000_001)];
    await using server = await startLoopback((_request, response) => {
      const json = JSON.stringify({
        id: 'v1_a',
        status: 'completed',
        steps: [
          {
            type: 'user_input',
            content: [
              { type: 'image', mime_type: 'image/png', data: picture.toString('base64') },
              { type: 'text', text: 'a cat' },
            ],
          },
          {
            type: 'model_output',
            content: [{ data: video.toString('base64'), type: 'video', mime_type: 'video/mp4' }],
          },
        ],
      });
      response.end(written(json).replaceAll(String.raw`video\/mp4`, 'video/mp4'));
    });
    await using omni = new OmniApi({ label: 'Google', apiKey: 'k', baseUrl: server.url, timeoutMs: 5000 });
    const { signal } = new AbortController();
    const request = {
      providerTaskId: 'v1_a',
      model: '',
      resolution: null,
      memo: null,
      callbackUrl: null,
      mayOrder: () => false,
    };
    const found = await omni.check(request, signal);
    expect(found).toMatchObject({
      kind: 'completed',
      echoedPrompt: 'a cat',
      source: { kind: 'provider', reference: 'omni/inline/v1_a', url: null },
    });
    const opened = await omni.openVideo('omni/inline/v1_a', signal);
    if ('redirectedTo' in opened) throw new Error(opened.redirectedTo);
    expect((await buffer(opened.body)).equals(video)).toBe(true);
  },
);
