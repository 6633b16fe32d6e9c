import { describe, expect, it } from 'vitest';
import { queryAt, startTestApp } from '../support/start-app.ts';
import { sampleImage } from '../support/sample-videos.ts';
import { waitFor } from '../support/wait-for.ts';
import { Caller } from '../support/kie-app.ts';
import { png, upload } from '../support/upload.ts';

interface Seen {
  readonly status: string;
  readonly revision: string;
  readonly video: { readonly posterUrl: string | null; readonly posterOrigin: string | null } | null;
}

const read = async (url: string, id: string) =>
  (
    await queryAt<{ videoTask: Seen }>(
      url,
      'query ($id: ID!) { videoTask(id: $id) { status revision video { posterUrl posterOrigin } } }',
      { id },
    )
  ).videoTask;

const completed = (url: string, id: string) =>
  waitFor(
    'the video',
    () => read(url, id),
    ({ status }) => status === 'COMPLETED',
  );

async function store(url: string, id: string, bytes: Uint8Array, key = '') {
  const query =
    'mutation ($id: ID!, $file: File!) { storePoster(id: $id, file: $file) { task { revision video { posterUrl posterOrigin } } userErrors { code field } } }';
  const form = new FormData();
  form.set('operations', JSON.stringify({ query, variables: { id, file: null } }));
  form.set('map', JSON.stringify({ 0: ['variables.file'] }));
  form.set('0', new Blob([new Uint8Array(bytes)]), 'frame.jpg');
  const headers = { authorization: `Bearer ${key}` };
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body: form });
  const { data } = (await response.json()) as {
    data: { storePoster: { task: Seen | null; userErrors: { code: string; field: string[] }[] } };
  };
  return data.storePoster;
}

const status = async (url: string | null | undefined) => {
  const response = await fetch(url ?? '');
  return [response.status, response.headers.get('content-type'), (await response.arrayBuffer()).byteLength];
};

const frame = await sampleImage('16x9.jpg');

describe('the poster of a finished video', () => {
  it('is drawn for its shape where there is nothing else, until a client stores a frame, once', async () => {
    await using app = await startTestApp();
    const { id } = await new Caller(app.url).make('fox');
    const drawn = await completed(app.url, id);
    expect(drawn.video).toEqual({
      posterUrl: `${app.url}/media/placeholder-landscape.svg`,
      posterOrigin: 'PLACEHOLDER',
    });
    expect(await status(drawn.video?.posterUrl)).toEqual([200, 'image/svg+xml', expect.any(Number)]);

    const { task } = await store(app.url, id, frame);
    expect(task?.video?.posterOrigin).toBe('FRAME');
    expect((task?.revision ?? '') > drawn.revision).toBe(true);
    expect(await status(task?.video?.posterUrl)).toEqual([200, 'image/jpeg', frame.byteLength]);
    // The next one changes nothing.
    const again = await store(app.url, id, await sampleImage('16x9.jpg'));
    expect(again).toEqual({ task: { ...task }, userErrors: [] });

    await new Caller(app.url).delete(id);
    expect((await status(task?.video?.posterUrl))[0]).toBe(404);
  });

  it('is the picture of the provider, which a frame does not replace', async () => {
    await using app = await startTestApp();
    const { id } = await new Caller(app.url).make('fox [sim:first-frame]');
    const { video } = await completed(app.url, id);
    expect(video?.posterOrigin).toBe('PROVIDER');
    expect(await status(video?.posterUrl)).toEqual([200, 'image/jpeg', frame.byteLength]);
    expect((await store(app.url, id, frame)).task?.video).toEqual(video);
  });

  it('is the first reference image otherwise, as a copy of its own', async () => {
    await using app = await startTestApp();
    const { body } = await upload(app.url, png);
    const image = body.data?.uploadReferenceImage.image;
    const { id } = await new Caller(app.url).make('fox', {
      referenceImages: [{ uploadId: image?.uploadId }],
    });
    const { video } = await completed(app.url, id);
    expect(video?.posterOrigin).toBe('REFERENCE_IMAGE');
    expect(video?.posterUrl).not.toBe(image?.url);
    expect(await status(video?.posterUrl)).toEqual([200, 'image/png', png.byteLength]);
    const { task } = await store(app.url, id, frame);
    expect(task?.video?.posterOrigin).toBe('FRAME');
    expect((await status(video?.posterUrl))[0]).toBe(404);
    expect((await status(image?.url))[0]).toBe(200);
  });

  it('is refused from others, for what is no frame, and for what is no video', async () => {
    const keys = { anna: 'the-long-key-of-anna', ben: 'the-long-key-of-ben-' };
    await using app = await startTestApp({ API_KEYS: `anna:${keys.anna},ben:${keys.ben}` });
    const anna = new Caller(app.url, keys.anna);
    const { id } = await anna.make('fox');
    const waiting = await anna.make('fox [sim:stuck]');
    await anna.untilStage(id, 'COMPLETED');
    const errors = async (...args: [string, Uint8Array, string]) =>
      (await store(app.url, ...args)).userErrors;
    expect(await errors(id, frame, keys.ben)).toEqual([{ code: 'NOT_FOUND', field: ['id'] }]);
    expect(await errors(waiting.id, frame, keys.anna)).toEqual([{ code: 'UNSUPPORTED', field: ['id'] }]);
    for (const bytes of [Buffer.from('no picture'), await sampleImage('9x16.jpg'), Buffer.alloc(3_000_000)]) {
      expect(await errors(id, bytes, keys.anna)).toEqual([{ code: 'BAD_INPUT', field: ['file'] }]);
    }
  });
});
