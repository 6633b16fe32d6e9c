import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/start-app.ts';
import { png, upload } from '../support/upload.ts';

describe('uploadReferenceImage', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ API_KEYS: 'ann:the-long-key-of-ann,ben:the-long-key-of-ben' });
  });
  afterAll(() => app[Symbol.asyncDispose]());

  const generate = async (uploadId: string, key: string) => {
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({
        query: `mutation ($input: GenerateVideoInput!) { generateVideo(input: $input) { task { referenceImages { url uploadId width } } userErrors { code field } } }`,
        variables: { input: { prompt: 'It walks', referenceImages: [{ uploadId }] } },
      }),
    });
    return ((await response.json()) as { data: { generateVideo: unknown } }).data.generateVideo;
  };

  it('detects an image by its content, stores it, and lets its owner use it repeatedly', async () => {
    const { body } = await upload(app.url, png, 'the-long-key-of-ann', 'fox.txt');
    const uploaded = body.data?.uploadReferenceImage;
    expect(uploaded).toEqual({
      image: {
        url: expect.stringMatching(/\/media\/[\w-]{22}\.png$/) as string,
        uploadId: expect.stringMatching(/^[\w-]{22}$/) as string,
        contentType: 'image/png',
        width: 2,
        height: 1,
      },
      userErrors: [],
    });
    const { url = '', uploadId = '' } = uploaded?.image ?? {};
    const served = await fetch(url);
    expect([served.headers.get('content-type'), Buffer.from(await served.arrayBuffer())]).toEqual([
      'image/png',
      png,
    ]);
    const used = { task: { referenceImages: [{ url, uploadId, width: 2 }] }, userErrors: [] };
    expect([
      await generate(uploadId, 'the-long-key-of-ann'),
      await generate(uploadId, 'the-long-key-of-ann'),
    ]).toEqual([used, used]);
  });

  it("returns NOT_FOUND for another owner's upload, as for none at all", async () => {
    const { body } = await upload(app.url, png, 'the-long-key-of-ann');
    const missing = {
      task: null,
      userErrors: [{ code: 'NOT_FOUND', field: ['input', 'referenceImages', '0', 'uploadId'] }],
    };
    expect(
      await generate(body.data?.uploadReferenceImage.image?.uploadId ?? '', 'the-long-key-of-ben'),
    ).toEqual(missing);
    expect(await generate('nonsense', 'the-long-key-of-ann')).toEqual(missing);
  });

  it.each([
    ['text', Buffer.from('<html>not an image</html>')],
    ['half a picture', png.subarray(0, 12)],
    [
      'a picture of a kind that no provider takes',
      Buffer.from('GIF89a\x01\x00\x01\x00\x00\x00\x00;', 'latin1'),
    ],
  ])('answers BAD_INPUT to %s', async (_what, bytes) => {
    const { body } = await upload(app.url, bytes, 'the-long-key-of-ann');
    expect(body.data?.uploadReferenceImage).toMatchObject({
      image: null,
      userErrors: [{ code: 'BAD_INPUT', field: ['file'] }],
    });
  });

  it('refuses an image over 20 MB, and takes one just under it as far as its content goes', async () => {
    const over = await upload(app.url, Buffer.alloc(20 * 1024 * 1024 + 1), 'the-long-key-of-ann');
    expect([over.status, over.body.data?.uploadReferenceImage.userErrors[0]?.code]).toEqual([
      200,
      'BAD_INPUT',
    ]);
    // Noise after a picture's first bytes: what is kept is the whole of it.
    const large = Buffer.concat([png, randomBytes(20 * 1024 * 1024 - png.byteLength)]);
    const { body } = await upload(app.url, large, 'the-long-key-of-ann');
    const served = await fetch(body.data?.uploadReferenceImage.image?.url ?? '');
    expect(Buffer.from(await served.arrayBuffer()).equals(large)).toBe(true);
    const far = await upload(app.url, Buffer.alloc(24 * 1024 * 1024), 'the-long-key-of-ann').catch(() => ({
      status: 413,
    }));
    expect(far.status).toBe(413);
  });

  it('asks for a key before anything is read', async () => {
    expect((await upload(app.url, png, 'wrong')).status).toBe(401);
  });
});
