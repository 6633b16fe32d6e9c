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

/** A record of `GET /api/v1/jobs/recordInfo` (live, 2026-04). */
export const jobs = (more: object) =>
  envelope({
    taskId,
    model: 'veo-3-1',
    state: 'waiting',
    param: JSON.stringify({ input: JSON.stringify({ prompt: `A boat ${attacker}` }), model: 'veo-3-1' }),
    resultJson: '',
    failCode: null,
    failMsg: null,
    costTime: null,
    completeTime: null,
    createTime: 1_777_539_190_339,
    ...more,
  });

/** One that succeeded. */
export const jobsDone = (result: unknown, more: object = {}) =>
  jobs({
    state: 'success',
    resultJson: typeof result === 'string' ? result : JSON.stringify(result),
    ...more,
  });

/** Records of the `jobs` contract. */
export const jobsRecords: readonly RecordRow[] = [
  {
    name: 'jobs waiting',
    source: 'live, 2026-04',
    body: jobs({}),
    verdict: { ...processing, providerStatus: 'waiting', percent: null },
  },
  { name: 'jobs queuing', source: 'doc, 2026-10', body: jobs({ state: 'queuing' }), verdict: processing },
  {
    name: 'jobs generating',
    source: 'live, 2026-04',
    body: jobs({ state: 'generating' }),
    verdict: processing,
  },
  {
    name: 'jobs with progress',
    source: 'doc, 2026-06 (Sora)',
    body: jobs({ state: 'generating', progress: 42 }),
    verdict: { ...processing, percent: 42 },
  },
  {
    name: 'jobs with progress as text',
    source: 'ours',
    body: jobs({ state: 'generating', progress: '42' }),
    verdict: { ...processing, percent: 42 },
  },
  {
    name: 'jobs success',
    source: 'live, 2026-04',
    body: jobsDone({ resultUrls: [video] }, { costTime: 188, completeTime: 1_777_539_378_147 }),
    verdict: { ...completed, providerStatus: 'success', credits: null, echoedPrompt: `A boat ${attacker}` },
  },
  {
    name: 'jobs success with credits',
    source: 'client, 2026-10',
    body: jobsDone({ resultUrls: [video] }, { creditsConsumed: 46.8 }),
    verdict: { ...completed, credits: 46.8 },
  },
  {
    name: 'jobs success with failCode ""',
    source: 'doc, 2026-06',
    body: jobsDone({ resultUrls: [video] }, { failCode: '', failMsg: '' }),
    verdict: completed,
  },
  {
    name: 'jobs times as text',
    source: 'doc, 2026-06',
    body: jobsDone(
      { resultUrls: [video] },
      { completeTime: '2025-06-06 10:30:00', createTime: '2025-06-06 10:29:00' },
    ),
    verdict: completed,
  },
  {
    name: 'jobs frames beside the video',
    source: 'doc, 2026-06',
    body: jobsDone({ resultUrls: [video], firstFrameUrl: [], lastFrameUrl: [] }),
    verdict: completed,
  },
  {
    name: 'jobs success without any URL',
    source: 'doc, 2026-06',
    body: jobsDone({ resultObject: {} }),
    verdict: unknown,
  },
  {
    name: 'jobs success with an empty list',
    source: 'doc, 2026-06',
    body: jobsDone({ resultUrls: [], firstFrameUrl: [], lastFrameUrl: [] }),
    verdict: unknown,
  },
  {
    name: 'jobs success with resultJson ""',
    source: 'ours',
    body: jobs({ state: 'success' }),
    verdict: unknown,
  },
  {
    name: 'jobs resultUrls as a JSON string',
    source: 'ours',
    body: jobsDone({ resultUrls: JSON.stringify([video]) }),
    verdict: completed,
  },
  {
    name: 'jobs resultJson as an object',
    source: 'ours',
    body: jobs({ state: 'success', resultJson: { resultUrls: [video] } }),
    verdict: completed,
  },
  {
    name: 'jobs resultJson that is no JSON',
    source: 'ours',
    body: jobsDone('{"resultUrls":'),
    verdict: unknown,
  },
  {
    name: 'jobs above 720p',
    source: 'doc, 2026-10',
    body: jobsDone({ data: { result_urls: [high], origin_urls: [low] } }),
    verdict: { kind: 'completed', url: high },
  },
  {
    name: 'jobs above 720p, lists as JSON strings',
    source: 'ours',
    body: jobsDone({ data: { result_urls: JSON.stringify([high]), origin_urls: JSON.stringify([low]) } }),
    verdict: { kind: 'completed', url: high },
  },
  {
    name: 'jobs above 720p with the original alone',
    source: 'doc, 2026-10',
    body: jobsDone({ data: { result_urls: [], origin_urls: [low] } }),
    verdict: unknown,
  },
  {
    name: 'jobs above 720p with null',
    source: 'ours',
    body: jobsDone({ data: { result_urls: null, origin_urls: low } }),
    verdict: unknown,
  },
  {
    name: 'jobs param with an object inside',
    source: 'doc, 2026-06',
    body: jobsDone({ resultUrls: [video] }, { param: JSON.stringify({ input: { prompt: 'A boat' } }) }),
    verdict: { ...completed, echoedPrompt: 'A boat' },
  },
  {
    name: 'jobs fail',
    source: 'built from the documented fields',
    body: jobs({ state: 'fail', failCode: '501', failMsg: 'Video generation task failed', costTime: 0 }),
    verdict: { ...failed('PROVIDER_FAILED', '501'), text: 'Video generation task failed' },
  },
  {
    name: 'jobs fail by the content filter',
    source: 'doc of code 400, 2026-06',
    body: jobs({
      state: 'fail',
      failCode: '400',
      failMsg: 'Your prompt was flagged by Website as violating content policies.',
    }),
    verdict: failed('CONTENT_FILTERED', '400'),
  },
  {
    name: 'jobs fail by an unsafe image',
    source: 'doc of code 400, 2026-06',
    body: jobs({ state: 'fail', failCode: '400', failMsg: 'public error unsafe image upload.' }),
    verdict: failed('CONTENT_FILTERED', '400'),
  },
  {
    name: 'jobs fail by an image out of reach',
    source: 'doc of code 400, 2026-06',
    body: jobs({
      state: 'fail',
      failCode: '400',
      failMsg:
        'Failed to fetch the image. Kindly verify any access limits set by you or your service provider.',
    }),
    verdict: failed('IMAGE_UNREACHABLE', '400'),
  },
  {
    name: 'jobs fail with code 451',
    source: 'doc, 2026-06',
    body: jobs({ state: 'fail', failCode: 451, failMsg: 'no access' }),
    verdict: failed('IMAGE_UNREACHABLE', '451'),
  },
  {
    name: 'jobs fail without a word',
    source: 'ours',
    body: jobs({ state: 'fail' }),
    verdict: failed('PROVIDER_FAILED'),
  },
  {
    name: 'jobs fail with a URL',
    source: 'ours',
    body: jobs({ state: 'fail', failCode: '501', resultJson: JSON.stringify({ resultUrls: [video] }) }),
    verdict: failed('PROVIDER_FAILED', '501'),
  },
  {
    name: 'jobs in a state that is not documented',
    source: 'ours',
    body: jobs({ state: 'paused' }),
    verdict: unknown,
  },
  {
    name: 'jobs in a state named like a member of every object',
    source: 'ours',
    body: jobs({ state: 'constructor' }),
    verdict: unknown,
  },
  {
    name: 'jobs in such a state, with a URL',
    source: 'ours',
    body: jobs({ state: '__proto__', resultJson: JSON.stringify({ resultUrls: [video] }) }),
    verdict: unknown,
  },
  {
    name: 'jobs pending with a URL',
    source: 'ours',
    body: jobs({ resultJson: JSON.stringify({ resultUrls: [video] }) }),
    verdict: processing,
  },
  {
    name: "jobs with another task's id",
    source: 'client',
    body: jobsDone({ resultUrls: [video] }, { taskId: '0'.repeat(32) }),
    verdict: unknown,
  },
  {
    name: 'jobs code 501 with a record that fails',
    source: 'doc, 2026-06',
    body: { ...jobs({ state: 'fail', failCode: '501' }), code: 501 },
    verdict: failed('PROVIDER_FAILED', '501'),
  },
  {
    name: 'jobs code 501 with a record that goes on',
    source: 'ours',
    body: { ...jobs({ state: 'generating' }), code: 501 },
    verdict: unknown,
  },
  {
    name: 'jobs code 500 with a record of success',
    source: 'ours',
    body: { ...jobsDone({ resultUrls: [video] }), code: 500 },
    verdict: unknown,
  },
  {
    name: 'jobs code as text',
    source: 'ours',
    body: { ...jobsDone({ resultUrls: [video] }), code: '200' },
    verdict: completed,
  },
];
