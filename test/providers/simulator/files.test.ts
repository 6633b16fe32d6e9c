import { describe, expect, it } from 'vitest';
import { type Clocked, type Seen, type SwitchesOf, json, startClocked, startOfTime } from './kie-client.ts';

const unix = Math.floor((startOfTime + 10_000) / 1000);

async function finished(kie: Clocked, prompt: string, more: object = {}): Promise<string> {
  const id = await kie.create('jobs', prompt, more);
  kie.advance(10_000);
  return `/v/${id}_${unix}.mp4`;
}

interface Row {
  readonly value?: string;
  readonly seen: (seen: Seen, whole: Seen) => void;
}

const switches: Record<SwitchesOf<'file'>, Row> = {
  'file-picky': { seen: (seen) => expect(seen).toMatchObject({ status: 403, text: 'error code: 1010' }) },
  'file-expired': { seen: (seen) => expect(seen.status).toBe(404) },
  'file-html': {
    seen: (seen) => expect([seen.status, seen.type]).toEqual([200, 'text/html; charset=utf-8']),
  },
  'file-cut': {
    seen: (seen, whole) => {
      expect([seen.status, seen.type, seen.broken]).toEqual([200, 'video/mp4', true]);
      expect(seen.text.length).toBeLessThan(whole.text.length);
    },
  },
  'file-no-range': { seen: (seen, whole) => expect(seen).toEqual(whole) },
  'file-slow': {
    seen: (seen, whole) => expect([seen.status, seen.text === whole.text]).toEqual([206, true]),
  },
  'file-octet-stream': { seen: (seen) => expect(seen.type).toBe('application/octet-stream') },
  'file-redirect': { value: 'http://elsewhere.invalid/a.mp4', seen: (seen) => expect(seen.status).toBe(302) },
  'file-http': { value: '503', seen: (seen) => expect(seen.status).toBe(503) },
};

describe('a result file', () => {
  it.each(Object.entries(switches))('shows the switch %s', async (name, row) => {
    await using kie = await startClocked();
    const whole = await kie.send(await finished(kie, 'boat'));
    const id = await kie.create(
      'jobs',
      `boat [sim:${row.value === undefined ? name : `${name}=${row.value}`}]`,
    );
    kie.advance(10_000);
    const path = `/v/${id}_${unix + 10}.mp4`;
    // A range for the switches that are about ranges: the whole file, so that the texts compare.
    const headers: Record<string, string> =
      name === 'file-slow' || name === 'file-no-range' ? { range: 'bytes=0-' } : {};
    row.seen(await kie.send(path, { headers }), whole);
    expect(kie.simulator.stats.tasks[id]?.fileFetches).toBe(1);
  });

  it('is trickled to its end while the simulator lives', async () => {
    await using kie = await startClocked({ now: Date.now, durationMs: 0 });
    const id = await kie.create('jobs', 'boat [sim:file-slow]');
    const { text } = await kie.check('jobs', id);
    const url = /http[^"\\]*mp4/.exec(text)?.[0] ?? '';
    const seen = await kie.send(url, { headers: { range: 'bytes=0-3000' } });
    expect([seen.status, seen.text.length, seen.broken]).toEqual([206, 3001, false]);
  });

  it.each([
    ['16:9', 640, 360],
    ['9:16', 360, 640],
    ['1:1', 480, 480],
    ['Auto', 640, 360],
  ])('for %s is an MP4 of that shape', async (aspect, width, height) => {
    await using kie = await startClocked();
    const { text, type, status } = await kie.send(await finished(kie, 'boat', { aspect_ratio: aspect }));
    expect([status, type, text.slice(4, 8)]).toEqual([200, 'video/mp4', 'ftyp']);
    // Faststart: the index is before the media; its video track says the size.
    expect(text.indexOf('moov')).toBeLessThan(text.indexOf('mdat'));
    const bytes = Buffer.from(text, 'latin1');
    const entry = bytes.indexOf('avc1', bytes.indexOf('stsd'));
    expect([bytes.readUInt16BE(entry + 28), bytes.readUInt16BE(entry + 30)]).toEqual([width, height]);
    expect(bytes.includes('mp4a')).toBe(true);
    expect(bytes.length).toBeLessThan(40 * 1024);
  });

  it('can be read in ranges', async () => {
    await using kie = await startClocked();
    const path = await finished(kie, 'boat');
    const whole = await kie.send(path);
    const size = whole.text.length;
    const get = async (range: string): Promise<unknown> => {
      const answer = await fetch(kie.simulator.url + path, { headers: { range } });
      return [answer.status, answer.headers.get('content-range'), (await answer.arrayBuffer()).byteLength];
    };
    expect(await get('bytes=0-99')).toEqual([206, `bytes 0-99/${size}`, 100]);
    expect(await get('bytes=-10')).toEqual([206, `bytes ${size - 10}-${size - 1}/${size}`, 10]);
    expect(await get(`bytes=${size}-`)).toEqual([416, `bytes */${size}`, 0]);
  });

  it('is there from the end of its task to the end of its retention, under its true name only', async () => {
    await using kie = await startClocked({ fileTtlMs: 60_000 });
    const id = await kie.create('jobs', 'boat');
    const path = `/v/${id}_${unix}.mp4`;
    const statuses: (number | undefined)[] = [(await kie.send(path)).status];
    kie.advance(10_000);
    statuses.push((await kie.send(path)).status, (await kie.send(`/v/${id}_${unix + 1}.mp4`)).status);
    kie.advance(60_000);
    statuses.push((await kie.send(path)).status);
    expect(statuses).toEqual([404, 200, 404, 404]);
  });

  it('is refused to Python-urllib, and with file-picky not to a name of its own', async () => {
    await using kie = await startClocked();
    const path = await finished(kie, 'boat [sim:file-picky]');
    const as = async (userAgent: string): Promise<unknown> =>
      (await kie.send(path, { headers: { 'user-agent': userAgent } })).status;
    expect([await as('Python-urllib/3.11'), await as('node'), await as('Reelay/1')]).toEqual([403, 403, 200]);
  });

  it('that is redirected names the other host', async () => {
    await using kie = await startClocked();
    const path = await finished(kie, 'boat [sim:file-redirect=http://elsewhere.invalid/a.mp4]');
    const answer = await fetch(kie.simulator.url + path, { redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([302, 'http://elsewhere.invalid/a.mp4']);
  });

  it('of a failed task does not exist', async () => {
    await using kie = await startClocked();
    expect((await kie.send(await finished(kie, 'boat [sim:fail]'))).status).toBe(404);
  });

  it('gets a temporary link that ends after 20 minutes; a foreign URL gets none', async () => {
    await using kie = await startClocked();
    const url = kie.simulator.url + (await finished(kie, 'boat'));
    const ask = async (body: object): Promise<unknown> =>
      json(
        (await kie.send('/api/v1/common/download-url', { method: 'POST', body: JSON.stringify(body) })).text,
      );
    expect(await ask({ url: 'https://example.com/a.mp4' })).toEqual({
      code: 422,
      msg: 'url is wrong',
      data: null,
    });
    const link = expect.stringMatching(/^http:\/\/127\.0\.0\.1/) as unknown;
    const answer = await ask({ url });
    expect(answer).toEqual({ code: 200, msg: 'success', data: link });
    const path = `/d/${startOfTime + 10_000 + 20 * 60_000}${new URL(url).pathname}`;
    expect((await kie.send(path)).status).toBe(200);
    kie.advance(20 * 60_000);
    expect((await kie.send(path)).status).toBe(404);
  });
});

describe('an upload', () => {
  const pixels = 'not really a picture';
  const good = (kie: Clocked, mimeType: string): unknown => ({
    success: true,
    code: 200,
    msg: 'File uploaded successfully',
    data: {
      success: true,
      fileName: 'ring.png',
      filePath: 'kieai/1/images/ring.png',
      downloadUrl: `${kie.simulator.url}/kieai/1/images/ring.png`,
      fileSize: pixels.length,
      mimeType,
      uploadedAt: '2026-11-20T00:00:00.123Z',
    },
  });
  const servedBack = async (kie: Clocked): Promise<void> =>
    expect(await kie.send('/kieai/1/images/ring.png')).toMatchObject({
      status: 200,
      type: 'image/png',
      text: pixels,
    });

  it('as multipart is served back', async () => {
    await using kie = await startClocked();
    const body = new FormData();
    body.set('file', new File([pixels], 'a.png', { type: 'image/png' }));
    body.set('uploadPath', 'images');
    body.set('fileName', 'ring.png');
    const seen = await kie.send('/api/file-stream-upload', { method: 'POST', body });
    expect(json(seen.text)).toEqual(good(kie, 'image/png'));
    await servedBack(kie);
  });

  it('as base64 is served back', async () => {
    await using kie = await startClocked();
    const base64Data = `data:image/png;base64,${btoa(pixels)}`;
    const body = JSON.stringify({ base64Data, uploadPath: 'images', fileName: 'ring.png' });
    const seen = await kie.send('/api/file-base64-upload', { method: 'POST', body });
    expect(json(seen.text)).toEqual(good(kie, 'image/png'));
    await servedBack(kie);
  });

  it('by URL is fetched and served back; a dead URL is refused', async () => {
    await using kie = await startClocked();
    const base64Data = `data:image/png;base64,${btoa(pixels)}`;
    const first = JSON.stringify({ base64Data, uploadPath: 'source', fileName: 'a.png' });
    await kie.send('/api/file-base64-upload', { method: 'POST', body: first });
    const upload = async (fileUrl: string): Promise<unknown> => {
      const body = JSON.stringify({ fileUrl, uploadPath: 'images', fileName: 'ring.png' });
      return json((await kie.send('/api/file-url-upload', { method: 'POST', body })).text);
    };
    expect(await upload(`${kie.simulator.url}/kieai/1/source/a.png`)).toEqual(good(kie, 'image/png'));
    await servedBack(kie);
    expect(await upload(`${kie.simulator.url}/nothing`)).toMatchObject({ success: false, code: 400 });
  });

  it('without a path or a key is refused in the words of the upload host', async () => {
    await using kie = await startClocked();
    const send = async (headers: Record<string, string>): Promise<unknown> =>
      json(
        (
          await kie.send('/api/file-base64-upload', {
            method: 'POST',
            body: '{"base64Data":"AAAA"}',
            headers,
          })
        ).text,
      );
    expect(await send({})).toEqual({
      success: false,
      code: 400,
      msg: 'Missing required parameter: uploadPath',
    });
    const refusal = { success: false, code: 401, msg: 'Authentication failed: Invalid API Key' };
    expect(await send({ authorization: '' })).toEqual(refusal);
  });
});
