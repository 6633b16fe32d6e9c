import {
  taskId,
  video,
  high,
  low,
  attacker,
  envelope,
  completed,
  processing,
  unknown,
  failed,
  type RecordRow,
} from './row.ts';

/** A record of `GET /api/v1/veo/record-info` (live, 2026-08). */
const veo = (more: object) =>
  envelope({
    taskId,
    paramJson: JSON.stringify({ prompt: `A boat ${attacker}`, aspectRatio: '9:16', model: 'veo3_lite' }),
    response: null,
    successFlag: 0,
    fallbackFlag: false,
    completeTime: null,
    createTime: 1_785_999_477_000,
    errorCode: null,
    errorMessage: '',
    ...more,
  });

const veoDone = (response: object, more: object = {}) =>
  veo({ successFlag: 1, errorMessage: null, response: { taskId, ...response }, ...more });

/** Records of the `veo` contract. */
export const veoRecords: readonly RecordRow[] = [
  {
    name: 'veo pending',
    source: 'live, 2026-08',
    body: veo({}),
    verdict: { ...processing, providerStatus: 'successFlag 0' },
  },
  {
    name: 'veo success',
    source: 'live, 2026-04',
    body: veoDone(
      {
        resolution: '720p',
        originUrls: null,
        resultUrls: [video],
        fullResultUrls: null,
        hasAudioList: [true],
        seeds: [61_668],
      },
      { completeTime: 1_776_728_275_000 },
    ),
    verdict: { ...completed, resolution: '720p', echoedPrompt: `A boat ${attacker}` },
  },
  {
    name: 'veo success with credits',
    source: 'client, 2026-10',
    body: veoDone({ resultUrls: [video] }, { creditsConsumed: 30 }),
    verdict: { ...completed, credits: 30 },
  },
  {
    name: 'veo success in portrait',
    source: 'live, 2026-08',
    body: veoDone({ resultUrls: [video], originUrls: [low] }),
    verdict: completed,
  },
  {
    name: 'veo success after an extension',
    source: 'live, 2026',
    body: veoDone({ resultUrls: [low], fullResultUrls: [video] }),
    verdict: completed,
  },
  {
    name: 'veo success at 1080p',
    source: 'doc, live',
    body: veoDone({ resultUrls: [high], resolution: '1080p', originUrls: [low] }),
    verdict: { kind: 'completed', url: high, resolution: '1080p' },
  },
  {
    name: 'veo success with the original alone',
    source: 'ours',
    body: veoDone({ resultUrls: null, originUrls: [low] }),
    verdict: unknown,
  },
  {
    name: 'veo resultUrls as a JSON string',
    source: 'client',
    body: veoDone({ resultUrls: JSON.stringify([video]) }),
    verdict: completed,
  },
  {
    name: 'veo resultUrls as a list that is not even JSON',
    source: 'doc of the callback, 2026-06',
    body: veoDone({ resultUrls: `[${video}]` }),
    verdict: completed,
  },
  {
    name: 'veo resultUrls directly in data, as a JSON string',
    source: 'doc, quickstart',
    body: veo({ successFlag: 1, resultUrls: JSON.stringify([video]) }),
    verdict: completed,
  },
  {
    name: 'veo resultUrls directly in data, as a list',
    source: 'client',
    body: veo({ successFlag: 1, resultUrls: [video] }),
    verdict: completed,
  },
  {
    name: 'veo response as a JSON string',
    source: 'ours',
    body: veo({ successFlag: 1, response: JSON.stringify({ resultUrls: [video] }) }),
    verdict: completed,
  },
  {
    name: 'veo info, as in callbacks',
    source: 'doc, 2026-06',
    body: veo({ successFlag: 1, info: { resultUrls: [video], originUrls: [low], resolution: '1080p' } }),
    verdict: completed,
  },
  {
    name: 'veo times as text',
    source: 'doc, 2026-06',
    body: veoDone(
      { resultUrls: [video] },
      { completeTime: '2025-06-06 10:30:00', createTime: '2025-06-06 10:25:00' },
    ),
    verdict: completed,
  },
  {
    name: 'veo successFlag as text',
    source: 'ours',
    body: veoDone({ resultUrls: [video] }, { successFlag: '1' }),
    verdict: completed,
  },
  {
    name: 'veo success without any URL',
    source: 'ours',
    body: veoDone({ resultUrls: null }),
    verdict: unknown,
  },
  { name: 'veo success without a response', source: 'ours', body: veo({ successFlag: 1 }), verdict: unknown },
  {
    name: 'veo pending with a URL',
    source: 'ours',
    body: veo({ response: { resultUrls: [video] } }),
    verdict: processing,
  },
  {
    name: 'veo failed',
    source: 'doc, 2026-06',
    body: veo({ successFlag: 2, errorCode: 501, errorMessage: 'Video generation task failed' }),
    verdict: failed('PROVIDER_FAILED', '501'),
  },
  {
    name: 'veo failed upstream',
    source: 'live on a sibling, 2026-08',
    body: veo({
      successFlag: 3,
      completeTime: 1_787_093_516_000,
      errorCode: 500,
      errorMessage: 'internal error, please try again later.',
    }),
    verdict: { ...failed('PROVIDER_FAILED', '500'), providerStatus: 'successFlag 3' },
  },
  {
    name: 'veo failed by the content filter',
    source: 'doc, 2026-06',
    body: veo({
      successFlag: 2,
      errorCode: 400,
      errorMessage: 'Your prompt was flagged by Website as violating content policies.',
    }),
    verdict: failed('CONTENT_FILTERED', '400'),
  },
  {
    name: 'veo rejected by Flow',
    source: 'doc of the callback, 2026-06',
    body: veo({
      successFlag: 2,
      errorCode: 422,
      errorMessage:
        'Your request was rejected by Flow(Your prompt was flagged by Website as violating content policies).',
    }),
    verdict: failed('CONTENT_FILTERED', '422'),
  },
  {
    name: 'veo failed by an image out of reach',
    source: 'live on a sibling',
    body: veo({
      successFlag: 2,
      errorCode: 400,
      errorMessage:
        'Failed to fetch the image. Kindly verify any access limits set by you or your service provider.',
    }),
    verdict: failed('IMAGE_UNREACHABLE', '400'),
  },
  {
    name: 'veo refused by language',
    source: 'doc of code 400, 2026-06',
    body: veo({
      successFlag: 2,
      errorCode: 400,
      errorMessage: 'Only English prompts are supported at this time.',
    }),
    verdict: failed('PROVIDER_REJECTED', '400'),
  },
  {
    name: 'veo with a flag that is not documented',
    source: 'ours',
    body: veo({ successFlag: 7 }),
    verdict: unknown,
  },
  { name: 'veo with a flag between two', source: 'ours', body: veo({ successFlag: 0.5 }), verdict: unknown },
  {
    name: 'veo with a flag that is null',
    source: 'ours',
    body: veoDone({ resultUrls: [video] }, { successFlag: null }),
    verdict: unknown,
  },
  {
    name: "veo with another task's id in its response",
    source: 'ours',
    body: veoDone({ taskId: 'f'.repeat(32), resultUrls: [video] }),
    verdict: unknown,
  },
  {
    name: "veo with another task's id in its response, in JSON",
    source: 'ours',
    body: veo({ successFlag: 1, response: JSON.stringify({ taskId: 'another', resultUrls: [video] }) }),
    verdict: unknown,
  },
  {
    name: "veo with another task's id",
    source: 'client',
    body: veoDone({ resultUrls: [video] }, { taskId: 'another' }),
    verdict: unknown,
  },
];
