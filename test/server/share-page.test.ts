import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sourceOfBytes } from '../../src/media/byte-source.ts';
import { inspectImage } from '../../src/media/image/inspect-image.ts';
import { startPushServer, type PushServer } from '../support/push-server.ts';
import { ask } from '../support/ask.ts';

const publicUrl = 'https://videos.example.test/reelay';
let server: PushServer;
beforeAll(async () => {
  server = await startPushServer({ PUBLIC_URL: publicUrl });
});
afterAll(() => server[Symbol.asyncDispose]());

const browser = { accept: 'text/html,*/*;q=0.8' };

async function finished(label: string) {
  const task = await server.create({ label });
  await server.generate(task);
  return server.complete(task);
}

describe('the page of a video', () => {
  it('shows it under the words of the caller, with a preview card of absolute links and no script', async () => {
    const task = await finished('<script>alert("1")</script> Кольцо');
    const key = task.result.video?.mediaKey;
    // Through the public host: the key is the permission.
    const { status, headers, text } = await ask(server.url, {
      path: `/v/${key}`,
      headers: { host: 'videos.example.test', 'accept-language': 'ru-RU,ru;q=0.9', ...browser },
    });
    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'x-robots-tag': 'noindex' });
    expect(headers['content-security-policy']).toContain(`default-src 'none'`);
    expect(headers['content-security-policy']).toContain('media-src https://videos.example.test;');
    expect(text).not.toContain('<script');
    expect(text).toContain('<html lang="ru">');
    expect(text).toContain('alert(&#34;1&#34;)&#60;/script&#62; Кольцо</h1>');
    expect(text).toContain(`src="${publicUrl}/media/${key}"`);
    expect(text).toContain(`<meta property="og:video" content="${publicUrl}/media/${key}" />`);
    expect(text).toContain(`<meta property="og:url" content="${publicUrl}/v/${key}" />`);
    expect(text).toMatch(
      /<meta property="og:image" content="https:\/\/videos\.example\.test\/reelay\/media\/[^"]+" \/>/,
    );
    expect(text).toContain('<meta name="twitter:card" content="summary_large_image" />');
  });

  it('has a picture in its card that messengers show, also where there is no poster', async () => {
    const task = await finished('without a poster');
    const { text } = await ask(server.url, { path: `/v/${task.result.video?.mediaKey}`, headers: browser });
    const picture = /property="og:image" content="([^"]+)"/.exec(text)?.[1] ?? '';
    expect(picture).toMatch(/\/media\/placeholder-\w+\.png$/);
    const response = await fetch(`${server.url}/media/${picture.split('/').at(-1)}`);
    expect(response.headers.get('content-type')).toBe('image/png');
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(await inspectImage(sourceOfBytes(bytes))).toMatchObject({
      facts: { contentType: 'image/png', height: 720 },
    });
    expect(bytes.byteLength).toBeLessThan(20_000);
  });

  it('is 404 for an unknown key, a poster and a deleted video alike', async () => {
    const task = await finished('gone');
    await server.record(task, { kind: 'deleted' });
    const pages = await Promise.all(
      [task.result.video?.mediaKey, 'AAAAAAAAAAAAAAAAAAAAAA.mp4', '%00', 'a/b'].map((key) =>
        ask(server.url, { path: `/v/${key}`, headers: browser }),
      ),
    );
    expect(pages.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
    expect(new Set(pages.map(({ text }) => text)).size).toBe(1);
    expect(pages[0]?.text).toContain('<h1>Not found</h1>');
    // Who has a link to a video may not open the studio: without keys it is closed to the public address.
    expect(pages[0]?.text).not.toContain('<a ');
  });
});

describe('an unknown path', () => {
  it('is a page for browsers, and JSON for others', async () => {
    const page = await ask(server.url, { path: '/no/such/path', headers: browser });
    expect([page.status, page.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8']);
    expect(page.text).toContain('<a href="/reelay/">Open Reelay</a>');
    const russian = await ask(server.url, {
      path: '/no/such/path',
      headers: { ...browser, 'accept-language': 'ru' },
    });
    expect(russian.text).toContain('<a href="/reelay/">Открыть Reelay</a>');
    const api = await ask(server.url, { path: '/no/such/path' });
    expect([api.status, JSON.parse(api.text)]).toMatchObject([
      404,
      { errors: [{ extensions: { code: 'NOT_FOUND' } }] },
    ]);
  });
});
