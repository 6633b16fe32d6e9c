import { describe, expect, it } from 'vitest';
import {
  type Seen,
  type SwitchesOf,
  createBody,
  json,
  startClocked,
  startOfTime,
  until,
} from './kie-client.ts';

const number = expect.any(Number) as unknown;
const text = expect.any(String) as unknown;
const createTime = startOfTime;
const completeTime = startOfTime + 10_000;
const unix = Math.floor(completeTime / 1000);

interface Ended {
  /** What is seen on either contract, or on the one that has the switch. */
  readonly both?: (seen: Seen) => void;
  readonly jobs?: (seen: Seen) => void;
  readonly veo?: (seen: Seen) => void;
  /** Input beyond the prompt. */
  readonly more?: object;
  readonly value?: string;
}

const fields = (jobs: object, veo: object, more: object = {}): Ended => ({
  jobs: (seen) => expect(json(seen.text)).toMatchObject({ code: 200, data: jobs }),
  veo: (seen) => expect(json(seen.text)).toMatchObject({ code: 200, data: veo }),
  more,
});
const failed = (successFlag: number, code: number, msg: string): Ended =>
  fields(
    { state: 'fail', resultJson: '', failCode: String(code), failMsg: msg, completeTime },
    { successFlag, response: null, errorCode: code, errorMessage: msg },
  );
// What is seen after the end of a task with this switch.
const switches: Record<Exclude<SwitchesOf<'check'>, 'check-hang'>, Ended> = {
  fail: failed(2, 501, 'Video generation task failed'),
  filtered: failed(2, 400, 'Your prompt was flagged by Website as violating content policies.'),
  'upstream-failed': failed(3, 500, 'internal error, please try again later.'),
  'dead-image': failed(
    2,
    400,
    'Failed to fetch the image. Kindly verify any access limits set by you or your service provider.',
  ),
  stuck: fields({ state: 'waiting' }, { successFlag: 0 }),
  'result-urls-string': fields(
    { resultJson: expect.stringMatching(/^\{"resultUrls":"\[\\"http/) as unknown },
    { response: { resultUrls: expect.stringMatching(/^\["http/) as unknown } },
  ),
  'result-urls-top': {
    veo: (seen) =>
      expect(json(seen.text)).toMatchObject({
        data: { successFlag: 1, response: null, resultUrls: expect.stringMatching(/^\["http/) as unknown },
      }),
  },
  'first-frame': {
    jobs: (seen) => expect(seen.text).toMatch(/firstFrameUrl.{5,9}http[^"]+\.jpg/),
  },
  'result-json-object': {
    jobs: (seen) => expect(json(seen.text)).toMatchObject({ data: { resultJson: { resultUrls: [text] } } }),
  },
  'param-object': {
    jobs: (seen) => expect(seen.text).toContain('"param":"{\\"model\\":\\"veo-3-1\\",\\"input\\":{'),
  },
  'text-times': fields(
    { createTime: '2026-11-20 00:00:00', completeTime: '2026-11-20 00:00:10' },
    { createTime: '2026-11-20 00:00:00', completeTime: '2026-11-20 00:00:10' },
  ),
  'null-data': { both: (seen) => expect(json(seen.text)).toEqual({ code: 200, msg: 'success', data: null }) },
  'wrong-id': fields(
    { taskId: '0'.repeat(32), state: 'success' },
    { taskId: '0'.repeat(32), successFlag: 1 },
  ),
  'credits-consumed': fields({ creditsConsumed: 30 }, { creditsConsumed: 30 }),
  'no-credits-consumed': { both: (seen) => expect(seen.text).not.toContain('creditsConsumed') },
  'odd-state': fields({ state: 'paused' }, { successFlag: 7 }),
  'no-url': { both: (seen) => expect(seen.text).not.toContain('http') },
  'origin-only': fields(
    { resultJson: expect.stringMatching(/"result_urls":\[\],"origin_urls":\["http/) as unknown },
    { successFlag: 1, response: { resultUrls: null, originUrls: [text] } },
    { resolution: '1080p' },
  ),
  'base-first': {
    veo: (seen) =>
      expect(json(seen.text)).toMatchObject({
        data: {
          response: {
            resolution: '720p',
            resultUrls: [expect.stringContaining('/s/') as unknown],
          },
        },
      }),
    more: { resolution: '1080p' },
  },
  // Seen at get-4k-video: the record is as ever.
  'upgrade-unavailable': { veo: (seen) => expect(seen.text).toContain('.mp4') },
  'market-record': {
    jobs: (seen) =>
      expect(json(seen.text)).toMatchObject({
        data: { state: 'success', successFlag: 1, progress: '', response: { resultUrls: [text] } },
      }),
  },
  'market-result': {
    jobs: (seen) =>
      expect(json(seen.text)).toMatchObject({
        data: { resultJson: expect.stringMatching(/^\{"lastFrameUrl":"http.*\}\n\]\}$/s) as unknown },
      }),
  },
  'market-failure': {
    ...failed(3, 402, 'Credits insufficient'),
    value: 'credits',
  },
  'check-malformed': {
    both: (seen) => {
      expect(seen).toMatchObject({ status: 200, broken: false });
      expect(() => json(seen.text)).toThrow(SyntaxError);
    },
  },
  'check-html': {
    both: (seen) => {
      expect([seen.status, seen.type, seen.text.slice(0, 9)]).toEqual([
        200,
        'text/html; charset=utf-8',
        '<!DOCTYPE',
      ]);
    },
  },
  'check-huge': { both: (seen) => expect(seen.text.length).toBeGreaterThan(16 * 1024 * 1024) },
  'check-drop': {
    both: (seen) => expect(seen).toEqual({ status: undefined, type: null, text: '', broken: true }),
  },
  'check-code': {
    both: (seen) => expect(json(seen.text)).toMatchObject({ code: 455, data: null }),
    value: '455',
  },
  'check-http': { both: (seen) => expect(seen.status).toBe(503), value: '503' },
  'result-url': {
    both: (seen) => expect(seen.text).toContain('http://169.254.169.254/latest.mp4'),
    value: 'http://169.254.169.254/latest.mp4',
  },
};

describe.each(['jobs', 'veo'] as const)('a check on the %s contract', (contract) => {
  it.each(Object.entries(switches).filter(([, row]) => row[contract] ?? row.both))(
    'shows the switch %s',
    async (name, row) => {
      await using kie = await startClocked();
      const marker = row.value === undefined ? name : `${name}=${row.value}`;
      const id = await kie.create(contract, `boat [sim:${marker}]`, row.more);
      kie.advance(10_000);
      (row[contract] ?? row.both)?.(await kie.check(contract, id));
      expect(kie.simulator.stats.tasks[id]?.checks).toBe(1);
    },
  );

  it('is never answered with check-hang', async () => {
    await using kie = await startClocked();
    const id = await kie.create(contract, 'boat [sim:check-hang]');
    let isAnswered = false;
    const hanging = kie.check(contract, id).then((seen) => {
      isAnswered = true;
      return seen;
    });
    await until(
      () => kie.simulator.stats.checks === 1,
      () => kie.simulator.stats,
    );
    await kie.send('/api/v1/chat/credit');
    expect(isAnswered).toBe(false);
    await kie.simulator[Symbol.asyncDispose]();
    expect(await hanging).toMatchObject({ broken: true });
  });

  it('fails for an outage from the start or from its control, and recovers by itself', async () => {
    await using kie = await startClocked({ behaviours: ['outage=3000'] });
    const id = await kie.create(contract, 'boat');
    expect((await kie.check(contract, id)).status).toBe(500);
    kie.advance(3000);
    expect((await kie.check(contract, id)).status).toBe(200);
    await kie.send('/_simulator/outage', { method: 'POST', body: '{"ms":2000}' });
    expect((await kie.check(contract, id)).status).toBe(500);
    kie.advance(2000);
    expect((await kie.check(contract, id)).status).toBe(200);
  });

  it('is a fault for the first N times only with times=N', async () => {
    await using kie = await startClocked();
    const id = await kie.create(contract, 'boat [sim:check-http=500] [sim:times=2]');
    const statuses: (number | undefined)[] = [];
    for (let check = 0; check < 3; check++) statuses.push((await kie.check(contract, id)).status);
    expect(statuses).toEqual([500, 500, 200]);
  });

  it('takes as long as duration=MS says', async () => {
    await using kie = await startClocked();
    const id = await kie.create(contract, 'boat [sim:duration=20000]');
    kie.advance(19_999);
    expect((await kie.check(contract, id)).text).not.toContain('.mp4');
    kie.advance(1);
    expect((await kie.check(contract, id)).text).toContain('.mp4');
  });
});

// Shapes: recorded Kie traffic of 2026-04 to 08.
describe('a record', () => {
  it('of jobs goes from waiting over generating to success', async () => {
    await using kie = await startClocked();
    const id = await kie.create('jobs', 'boat', { aspect_ratio: '9:16', duration: 4 });
    const param =
      '{"model":"veo-3-1","input":"{\\"prompt\\":\\"boat\\",\\"aspect_ratio\\":\\"9:16\\",\\"duration\\":4}"}';
    const pending = {
      taskId: id,
      model: 'veo-3-1',
      state: 'waiting',
      param,
      resultJson: '',
      failCode: null,
      failMsg: null,
      costTime: null,
      completeTime: null,
      createTime,
    };
    const record = async (): Promise<unknown> => json((await kie.check('jobs', id)).text);
    expect(await record()).toEqual({ code: 200, msg: 'success', data: pending });
    kie.advance(5000);
    expect(await record()).toEqual({ code: 200, msg: 'success', data: { ...pending, state: 'generating' } });
    kie.advance(5000);
    const resultJson = JSON.stringify({ resultUrls: [`${kie.simulator.url}/v/${id}_${unix}.mp4`] });
    expect(await record()).toEqual({
      code: 200,
      msg: 'success',
      data: { ...pending, state: 'success', resultJson, costTime: 10, completeTime, creditsConsumed: 30 },
    });
  });

  it('of veo goes from 0 to 1', async () => {
    await using kie = await startClocked();
    const more = { model: 'veo3_lite', aspect_ratio: '9:16', duration: 4 };
    const id = await kie.create('veo', 'boat', more);
    const echo = {
      duration: 4,
      enableTranslation: true,
      generationType: 'TEXT_2_VIDEO',
      enableFallback: false,
      resolution: '720p',
      prompt: 'boat',
      model: 'veo3_lite',
      aspectRatio: '9:16',
    };
    const pending = {
      taskId: id,
      paramJson: JSON.stringify(echo),
      response: null,
      successFlag: 0,
      fallbackFlag: false,
      completeTime: null,
      createTime: 1_795_132_800_000,
      errorCode: null,
      errorMessage: '',
    };
    expect(json((await kie.check('veo', id)).text)).toEqual({ code: 200, msg: 'success', data: pending });
    kie.advance(10_000);
    const response = {
      taskId: id,
      resolution: '720p',
      originUrls: [`${kie.simulator.url}/s/${id}_${unix}.mp4`],
      resultUrls: [`${kie.simulator.url}/v/${id}_${unix}.mp4`],
      fullResultUrls: null,
      hasAudioList: [true],
      seeds: [number],
    };
    const data = {
      ...pending,
      response,
      successFlag: 1,
      completeTime: 1_795_132_810_000,
      errorMessage: null,
    };
    expect(json((await kie.check('veo', id)).text)).toEqual({ code: 200, msg: 'success', data });
  });

  it('of jobs above 720p lists the original beside the result', async () => {
    await using kie = await startClocked();
    const id = await kie.create('jobs', 'boat', { resolution: '4k' });
    kie.advance(10_000);
    const file = `${id}_${unix}.mp4`;
    const { url } = kie.simulator;
    const result = { data: { result_urls: [`${url}/v/${file}`], origin_urls: [`${url}/s/${file}`] } };
    expect(json((await kie.check('jobs', id)).text)).toMatchObject({
      data: { resultJson: JSON.stringify(result) },
    });
  });

  it('of a dead image URL fails although the create was accepted', async () => {
    await using kie = await startClocked();
    const id = await kie.create('veo', 'boat', { imageUrls: ['https://gone.invalid/a.png'] });
    kie.advance(10_000);
    expect(json((await kie.check('veo', id)).text)).toMatchObject({
      data: { successFlag: 2, errorCode: 400 },
    });
  });

  it('is found on the contract of its task only', async () => {
    await using kie = await startClocked();
    const jobs = await kie.create('jobs', 'boat');
    const veo = await kie.create('veo', 'boat');
    for (const id of [veo, 'f'.repeat(32), 'nonsense']) {
      const unknown = { code: 422, msg: 'recordInfo is null', data: null };
      expect(json((await kie.check('jobs', id)).text)).toEqual(unknown);
    }
    for (const id of [jobs, 'f'.repeat(32)]) {
      const unknown = { code: 422, msg: `Record not found for taskId: ${id}`, data: null };
      expect(json((await kie.check('veo', id)).text)).toEqual(unknown);
    }
  });

  it("of the seed's route is HTTP 404 unless the switch seed-route is on", async () => {
    await using kie = await startClocked();
    const plain = await kie.create('veo', 'boat');
    const seed = await kie.create('veo', 'boat [sim:seed-route]');
    expect((await kie.send(`/v1/video/task/${plain}`)).status).toBe(404);
    expect((await kie.send('/v1/video/generate', { method: 'POST', body: '{}' })).status).toBe(404);
    expect(json((await kie.send(`/v1/video/task/${seed}`)).text)).toEqual({ status: 'processing' });
    kie.advance(10_000);
    expect(json((await kie.send(`/v1/video/task/${seed}`)).text)).toEqual({
      status: 'completed',
      result: { video_url: `${kie.simulator.url}/v/${seed}_${unix}.mp4` },
    });
  });
});

describe("the seed's route with", () => {
  it.each([
    ['null-data', { code: 200, msg: 'success', data: null }],
    ['odd-state', { status: 'paused' }],
    ['no-url', { status: 'completed', result: {} }],
    ['fail', { status: 'failed', error: 'Video generation task failed' }],
    ['wrong-id', { status: 'completed', task_id: '0'.repeat(32), result: expect.anything() as object }],
    [
      'origin-only',
      { status: 'completed', result: { origin_urls: [expect.stringContaining('/s/') as string] } },
    ],
  ])('%s says so', async (name, body) => {
    await using kie = await startClocked();
    const id = await kie.create('veo', `boat [sim:seed-route][sim:${name}]`, { resolution: '1080p' });
    kie.advance(10_000);
    expect(json((await kie.send(`/v1/video/task/${id}`)).text)).toEqual(body);
  });
});

describe('an upgrade', () => {
  it('to 1080p is code 400 until it is ready', async () => {
    await using kie = await startClocked();
    const id = await kie.create('veo', 'boat');
    const jobs = await kie.create('jobs', 'boat');
    const get = async (of: string): Promise<unknown> =>
      json((await kie.send(`/api/v1/veo/get-1080p-video?taskId=${of}&index=0`)).text);
    expect(await get(jobs)).toEqual({ code: 422, msg: 'Record does not exist', data: null });
    kie.advance(10_000);
    expect(await get(id)).toMatchObject({ code: 400, data: null });
    kie.advance(2500);
    const resultUrl = `${kie.simulator.url}/p/${id}_${unix}.mp4`;
    expect(await get(id)).toEqual({ code: 200, msg: 'success', data: { resultUrl } });
    expect((await kie.send(resultUrl)).type).toBe('video/mp4');
  });

  it('to 4k is accepted once and is code 422 both while it is processing and when it is made', async () => {
    await using kie = await startClocked();
    const id = await kie.create('veo', 'boat');
    kie.advance(10_000);
    const { body } = createBody('veo', '', { taskId: id, index: 0 });
    const post = async (): Promise<unknown> =>
      json((await kie.send('/api/v1/veo/get-4k-video', { method: 'POST', body })).text);
    const none = { taskId: id, resultUrls: null, imageUrls: null };
    expect(await post()).toEqual({ code: 200, msg: 'success', data: none });
    expect(await post()).toMatchObject({
      code: 422,
      msg: expect.stringMatching(/^4k is processing/) as unknown,
      data: none,
    });
    kie.advance(10_000);
    const base = `${kie.simulator.url}/v/${id}_${unix}_1`;
    expect(await post()).toEqual({
      code: 422,
      msg: 'The video has been generated successfully',
      data: { taskId: id, resultUrls: [`${base}.mp4`], imageUrls: [`${base}.jpg`] },
    });
    expect((await kie.send(`${base}.jpg`)).type).toBe('image/jpeg');
  });

  it('to 4k never comes with upgrade-unavailable', async () => {
    await using kie = await startClocked();
    const id = await kie.create('veo', 'boat [sim:upgrade-unavailable]');
    kie.advance(10_000);
    const body = JSON.stringify({ taskId: id, index: 0 });
    expect(json((await kie.send('/api/v1/veo/get-4k-video', { method: 'POST', body })).text)).toEqual({
      code: 500,
      msg: 'The 4K version of this video is unavailable. Please try a different video.',
      data: { taskId: id },
    });
  });
});
