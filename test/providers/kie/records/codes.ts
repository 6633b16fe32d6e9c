import { envelope, failed, processing, taskId, unavailable, unknown, video, type RecordRow } from './row.ts';

const flagged = 'Your prompt was flagged by Website as violating content policies.';
const image =
  'Failed to fetch the image. Kindly verify any access limits set by you or your service provider.';
const still = '1080P is processing. It should be ready in 1-2 minutes. Please check back shortly.';

const veo = (code: number, text: string, flag: number) => ({
  taskId,
  successFlag: flag,
  response: null,
  errorCode: code,
  errorMessage: text,
});
const jobs = (code: number, text: string) => ({
  taskId,
  state: 'fail',
  resultJson: '',
  failCode: String(code),
  failMsg: text,
});
const both = (code: number, text: string) => [veo(code, text, 3), jobs(code, text)];

/** A code of failure in the envelope, with a record or without. */
export const codes: readonly RecordRow[] = [
  ...(
    [
      [400, flagged, 'CONTENT_FILTERED'],
      [422, flagged, 'CONTENT_FILTERED'],
      [400, image, 'IMAGE_UNREACHABLE'],
      [451, 'no access', 'IMAGE_UNREACHABLE'],
      [500, 'internal error, please try again later.', 'PROVIDER_FAILED'],
      [501, 'Video generation task failed', 'PROVIDER_FAILED'],
      [505, 'disabled', 'PROVIDER_FAILED'],
    ] as const
  ).flatMap(([code, text, verdict]) =>
    both(code, text).map((data): RecordRow => ({
      name: `code ${code} with our own failed record (${text}): ${JSON.stringify(data)}`,
      source: 'doc of the codes, 2026-06; client reports, 2026-10',
      body: envelope(data, code, text),
      verdict: failed(verdict, String(code)),
    })),
  ),
  ...[400, 422, 451].map((code): RecordRow => ({
    name: `our own failed record with code ${code} in HTTP ${code}`,
    source: 'doc: the query lists them as HTTP responses',
    body: envelope(jobs(code, flagged), code, flagged),
    status: code,
    verdict: failed('CONTENT_FILTERED', String(code)),
  })),
  ...[401, 403, 408, 429, 433, 455].map((code): RecordRow => ({
    name: `our own failed record with code ${code}, which is about our access`,
    source: 'ours',
    body: envelope(jobs(500, 'internal'), code, 'x'),
    verdict: unavailable,
  })),
  ...both(400, flagged).flatMap((data): RecordRow[] => [
    {
      name: `a failure about another task: ${JSON.stringify(data)}`,
      source: 'ours',
      body: envelope({ ...data, taskId: 'another' }, 400, flagged),
      verdict: unknown,
    },
    {
      name: `a failure that names no task: ${JSON.stringify(data)}`,
      source: 'ours',
      body: envelope({ ...data, taskId: undefined }, 400, flagged),
      verdict: unknown,
    },
  ]),
  {
    name: 'a code of failure with a record of success',
    source: 'ours',
    body: envelope(
      { taskId, state: 'success', resultJson: JSON.stringify({ resultUrls: [video] }) },
      400,
      flagged,
    ),
    verdict: unknown,
  },
  {
    name: 'a code of failure with a record in progress',
    source: 'ours',
    body: envelope(veo(400, flagged, 0), 400, flagged),
    verdict: unknown,
  },
  {
    name: 'two states that differ',
    source: 'ours',
    body: envelope({ taskId, successFlag: 3, state: 'success' }),
    verdict: unknown,
  },
  {
    name: 'two words that differ',
    source: 'ours',
    body: envelope({ taskId, state: 'fail', status: 'generating' }),
    verdict: unknown,
  },
  ...[400, 422].flatMap((code): RecordRow[] => [
    {
      name: `"is processing" with code ${code} and a record in progress`,
      source: 'doc, 2026-06',
      body: envelope({ ...veo(code, '', 0), errorCode: null }, code, still),
      verdict: processing,
    },
    {
      name: `"is processing" with code ${code} and a failed record`,
      source: 'ours',
      body: envelope(veo(code, still, 2), code, still),
      verdict: unknown,
    },
    {
      name: `"is processing" with code ${code} and no record`,
      source: 'doc, 2026-06',
      body: envelope(null, code, '4k is processing'),
      verdict: processing,
    },
    {
      name: `"is processing" with code ${code} in HTTP ${code}`,
      source: 'doc: the query lists them as HTTP responses',
      body: envelope(null, code, still),
      status: code,
      verdict: processing,
    },
  ]),
  {
    name: 'a failed record in words of progress',
    source: 'ours',
    body: envelope(jobs(400, still)),
    verdict: unknown,
  },
];
