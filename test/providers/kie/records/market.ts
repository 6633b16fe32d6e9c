import {
  completed,
  envelope,
  failed,
  high,
  low,
  processing,
  taskId,
  unavailable,
  unknown,
  video,
  type RecordRow,
} from './row.ts';
import { jobs, jobsDone } from './jobs.ts';

/** A failed record of the market (transcribed by a client, 2026-07). */
const fail = (failCode: string | null, failMsg: string) =>
  jobs({ state: 'fail', successFlag: 3, response: null, failCode, failMsg, creditsConsumed: 0, costTime: 0 });
const result = { resultUrls: [video] };
const lastFrameUrl = 'https://tempfile.aiquickdraw.com/p/last_frame.png';

/** Records of the market's models since July 2026. */
export const marketRecords: readonly RecordRow[] = [
  ...(
    [
      ['400', 'The current content could not be processed', 'CONTENT_FILTERED', 'live, 2026-07'],
      [
        '422',
        'CONTENT_POLICY_BLOCKED: The input or output was flagged as sensitive.',
        'CONTENT_FILTERED',
        'live, 2026-07',
      ],
      ['500', 'Internal Error, Please try again later.', 'PROVIDER_FAILED', 'live, 2026-07'],
      [
        '400',
        'image fetch failed. Check access settings or use our File Upload API instead.',
        'IMAGE_UNREACHABLE',
        'live, 2026-07',
      ],
      [
        null,
        'The Google model was unable to generate audio for this request',
        'PROVIDER_FAILED',
        'live, 2026-09',
      ],
      ['400', 'InputImageSensitive', 'CONTENT_FILTERED', 'client'],
      ['400', 'InputTextSensitive', 'CONTENT_FILTERED', 'client'],
      ['400', 'SensitiveContentDetected', 'CONTENT_FILTERED', 'client'],
      ['400', 'PrivacyInformation', 'CONTENT_FILTERED', 'client'],
      ['400', 'The image may contain real person.', 'CONTENT_FILTERED', 'client'],
      ['400', 'resource download failed', 'IMAGE_UNREACHABLE', 'client'],
      ['402', 'Credits insufficient', 'INSUFFICIENT_CREDITS', 'client'],
      ['500', 'insufficient account balance', 'INSUFFICIENT_CREDITS', 'client'],
      ['404', 'This model is no longer available.', 'MODEL_RETIRED', 'client, 2026-10'],
    ] as const
  ).map(([code, text, verdict, source]): RecordRow => ({
    name: `market failure "${text}"`,
    source,
    body: fail(code, text),
    verdict: { ...failed(verdict, code), text, credits: 0 },
  })),
  {
    name: 'market success with its parsed result beside the string',
    source: 'live, 2026-10',
    body: jobsDone(result, { successFlag: 1, response: result, creditsConsumed: 112, costTime: 59 }),
    verdict: { ...completed, credits: 112 },
  },
  {
    name: 'market success whose string is empty, with its parsed result',
    source: 'ours',
    body: jobsDone('', { successFlag: 1, response: result }),
    verdict: completed,
  },
  {
    name: 'market waiting with a flag and no progress',
    source: 'live, 2026-10',
    body: jobs({ state: 'waiting', successFlag: 0, response: null, progress: '' }),
    verdict: { ...processing, providerStatus: 'waiting', percent: null },
  },
  {
    name: 'market generating with a flag that is null',
    source: 'ours',
    body: jobs({ state: 'generating', successFlag: null, progress: null }),
    verdict: { ...processing, providerStatus: 'generating', percent: null },
  },
  {
    name: 'market flag and state that differ',
    source: 'ours',
    body: jobsDone(result, { successFlag: 0, response: result }),
    verdict: unknown,
  },
  {
    name: 'a result followed by junk',
    source: 'client, 2026',
    body: jobsDone(`${JSON.stringify(result)}\n<!-- trace 7f3a -->`),
    verdict: completed,
  },
  {
    name: 'a result above 720p followed by junk: never the smaller file',
    source: 'ours',
    body: jobsDone(`${JSON.stringify({ data: { origin_urls: [low], result_urls: [high] } })}}]`),
    verdict: { ...completed, url: high },
  },
  {
    name: 'a result of the smaller file alone, followed by junk',
    source: 'ours',
    body: jobsDone(`${JSON.stringify({ data: { origin_urls: [low] } })} end`),
    verdict: unknown,
  },
  {
    name: 'a result that was cut off after its link',
    source: 'ours',
    body: jobsDone(JSON.stringify(result).slice(0, -2)),
    verdict: completed,
  },
  {
    name: 'a result that was cut off after the link to the smaller file',
    source: 'ours',
    body: jobsDone(`{"data":{"origin_urls":["${low}"],"lastFrameUrl":"${low}","result_u`),
    verdict: unknown,
  },
  {
    name: 'a time of completion while unfinished',
    source: 'client (images), 2026',
    body: jobs({
      state: 'generating',
      successFlag: 0,
      response: { resultUrls: null },
      completeTime: 1_777_539_250_000,
    }),
    verdict: processing,
  },
  {
    name: 'a time of completion beside a flag alone',
    source: 'client (images), 2026',
    body: envelope({ taskId, successFlag: 0, response: null, completeTime: 1_777_539_250_000 }),
    verdict: processing,
  },
  {
    name: 'the last frame before the video',
    source: 'doc, 2026-10 (Seedance 2.5)',
    body: jobsDone({ lastFrameUrl, ...result }),
    verdict: completed,
  },
  ...['lastFrameUrl', 'last_frame_url', 'firstFrameUrl'].map((key): RecordRow => ({
    name: `a link under ${key}, which is not the video`,
    source: 'doc, 2026-10 (Seedance 2.5)',
    body: jobsDone({ [key]: low }),
    verdict: unknown,
  })),
  {
    name: 'too many requests in HTTP 200',
    source: 'live, 2026',
    body: envelope(null, 429, 'Your call frequency is too high. Please try again later.'),
    verdict: unavailable,
  },
  {
    name: 'a key that is refused, in HTTP 200',
    source: 'live, 2026-10',
    body: envelope(
      null,
      401,
      'Unauthorized – Authentication failed. Please check that your Authorization and Content-Type headers are correctly set.',
    ),
    verdict: unavailable,
  },
];
