import { describe, expect, it } from 'vitest';
import { missingUpgrade, readUpgrade, type Upgrade } from '../../../src/providers/kie/check/upgrade.ts';
import { kieProviderAt } from '../../support/kie-provider.ts';
import { startLoopback } from '../../support/loopback.ts';
import { answerOf, taskId } from './records.ts';

const url = 'https://file.aiquickdraw.com/v/x_1.mp4';
const none = { taskId, resultUrls: null, imageUrls: null };

interface Row {
  readonly name: string;
  readonly source: string;
  readonly upgrade: Upgrade;
  readonly body: unknown;
  readonly status?: number;
  readonly verdict: Readonly<Record<string, unknown>>;
}

const ready = { kind: 'ready', url };
const rows: readonly Row[] = [
  {
    name: '1080p made',
    source: 'doc, 2026-06',
    upgrade: '1080p',
    body: { code: 200, msg: 'success', data: { resultUrl: url } },
    verdict: ready,
  },
  {
    name: '1080p processing',
    source: 'doc, 2026-06',
    upgrade: '1080p',
    body: {
      code: 400,
      msg: '1080P is processing. It should be ready in 1-2 minutes. Please check back shortly.',
      data: null,
    },
    verdict: { kind: 'processing', providerStatus: '1080p is processing' },
  },
  {
    name: '1080p processing, as HTTP status too',
    source: 'ours',
    upgrade: '1080p',
    body: { code: 400, msg: '1080P is processing.', data: null },
    status: 400,
    verdict: { kind: 'processing' },
  },
  ...[201, 302, 422].flatMap((status): Row[] => [
    {
      name: `a link inside HTTP ${status}`,
      source: 'ours',
      upgrade: '1080p',
      body: { code: 200, data: { resultUrl: url } },
      status,
      verdict: { kind: 'unknown' },
    },
    {
      name: `a failure inside HTTP ${status}`,
      source: 'ours',
      upgrade: '4k',
      body: { code: 500, msg: 'The 4K version of this video is unavailable.', data: { taskId } },
      status,
      verdict: { kind: 'unavailable' },
    },
  ]),
  {
    name: "another task's link, its id a number",
    source: 'ours',
    upgrade: '4k',
    body: { code: 200, data: { taskId: 12, resultUrls: [url] } },
    verdict: { kind: 'unknown' },
  },
  {
    name: '1080p of nothing',
    source: 'live, 2026',
    upgrade: '1080p',
    body: { code: 422, msg: 'Record does not exist', data: null },
    verdict: { kind: 'unknown' },
  },
  {
    name: '4k accepted',
    source: 'doc, 2026-06',
    upgrade: '4k',
    body: { code: 200, msg: 'success', data: none },
    verdict: { kind: 'processing', providerStatus: '4k is processing' },
  },
  {
    name: '4k processing, code 422',
    source: 'doc, 2026-06',
    upgrade: '4k',
    body: {
      code: 422,
      msg: '4k is processing. It should be ready in 5-10 minutes. Please check back shortly.',
      data: none,
    },
    verdict: { kind: 'processing' },
  },
  {
    name: '4k made before, code 422',
    source: 'doc, 2026-06',
    upgrade: '4k',
    body: {
      code: 422,
      msg: 'The video has been generated successfully',
      data: { taskId, resultUrls: [url], imageUrls: ['https://a.example/x_1.jpg'] },
    },
    verdict: ready,
  },
  {
    name: '4k in snake case',
    source: 'doc variant, 2026-06',
    upgrade: '4k',
    body: { code: 200, msg: 'ok', data: { task_id: taskId, result_urls: [url], media_ids: [1] } },
    verdict: ready,
  },
  {
    name: '4k as its callback has it',
    source: 'doc, 2026-06',
    upgrade: '4k',
    body: { code: 200, msg: 'ok', data: { taskId, info: { resultUrls: [url] } } },
    verdict: ready,
  },
  {
    name: '4k unavailable',
    source: 'doc of the callback, 2026-06',
    upgrade: '4k',
    body: {
      code: 500,
      msg: 'The 4K version of this video is unavailable. Please try a different video.',
      data: { taskId },
    },
    verdict: { kind: 'failed', providerCode: '500' },
  },
  {
    name: 'another task',
    source: 'ours',
    upgrade: '4k',
    body: { code: 200, data: { taskId: 'x', resultUrls: [url] } },
    verdict: { kind: 'unknown' },
  },
  {
    name: 'a fault',
    source: 'doc',
    upgrade: '4k',
    body: { code: 500, msg: 'Server Error', data: null },
    verdict: { kind: 'unavailable' },
  },
  {
    name: 'the rate limit',
    source: 'doc',
    upgrade: '1080p',
    body: { code: 429, msg: 'Rate limit exceeded' },
    status: 429,
    verdict: { kind: 'unavailable' },
  },
  { name: 'a page', source: 'ours', upgrade: '1080p', body: '<html>', verdict: { kind: 'unknown' } },
  {
    name: 'a refusal with a link',
    source: 'ours',
    upgrade: '1080p',
    body: { code: 402, msg: 'credits', data: { resultUrl: url } },
    verdict: { kind: 'unknown' },
  },
];

describe('an upgrade', () => {
  it.each(rows)('that answers $name ($source) is $verdict.kind', ({ upgrade, body, status, verdict }) => {
    expect(readUpgrade(upgrade, answerOf(body, status), taskId)).toMatchObject(verdict);
  });

  it.each([
    ['P1080', '720p', '1080p'],
    ['P1080', null, '1080p'],
    ['P1080', '1080p', null],
    ['P2160', '1080p', '4k'],
    ['P2160', '4k', null],
    ['P720', '720p', null],
    [null, '720p', null],
  ] as const)('of a task at %s with a record of %s is %s', (wanted, reported, missing) => {
    expect(missingUpgrade(wanted, reported)).toBe(missing);
  });

  it('sends Kie the callback address, and keeps the facts of the record', async () => {
    const asked: string[] = [];
    await using kie = await startLoopback((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        asked.push(`${request.method} ${request.url} ${body}`);
        response.end(
          JSON.stringify(
            request.method === 'POST'
              ? { code: 422, msg: 'made', data: { taskId, resultUrls: [url] } }
              : {
                  code: 200,
                  data: {
                    taskId,
                    successFlag: 1,
                    creditsConsumed: 90,
                    response: { resultUrls: ['https://a.example/low.mp4'] },
                  },
                },
          ),
        );
      });
    });
    await using provider = kieProviderAt(kie.url, { contract: 'veo' });
    const outcome = await provider.check(
      {
        providerTaskId: taskId,
        model: 'veo3_fast',
        resolution: 'P2160',
        memo: null,
        callbackUrl: 'https://me.example/callbacks/kie/t',
        mayOrder: () => true,
      },
      new AbortController().signal,
    );
    expect(outcome).toMatchObject({
      kind: 'completed',
      source: { kind: 'url', url },
      credits: 90,
      memo: { contract: 'veo' },
    });
    expect(asked).toEqual([
      `GET /api/v1/veo/record-info?taskId=${taskId} `,
      `POST /api/v1/veo/get-4k-video {"taskId":"${taskId}","index":0,"callBackUrl":"https://me.example/callbacks/kie/t"}`,
    ]);
  });
});
