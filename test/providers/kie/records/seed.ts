import { taskId, video, attacker, completed, processing, unknown, failed, type RecordRow } from './row.ts';

const shapes: readonly RecordRow[] = [
  {
    name: 'result.video_url',
    source: 'seed',
    body: { status: 'completed', result: { video_url: video } },
    verdict: { ...completed, providerStatus: 'completed' },
  },
  { name: 'video_url', source: 'seed', body: { status: 'completed', video_url: video }, verdict: completed },
  {
    name: 'data.video_url',
    source: 'seed',
    body: { status: 'completed', data: { video_url: video } },
    verdict: completed,
  },
  {
    name: 'result.videoUrl',
    source: 'seed',
    body: { status: 'completed', result: { videoUrl: video } },
    verdict: completed,
  },
  {
    name: 'result.video',
    source: 'seed',
    body: { status: 'completed', result: { video } },
    verdict: completed,
  },
  {
    name: 'url that is a video link',
    source: 'seed',
    body: { status: 'completed', url: video },
    verdict: completed,
  },
  {
    name: 'url that is no video link',
    source: 'seed',
    body: { status: 'completed', url: 'https://kie.ai/task/1' },
    verdict: unknown,
  },
  {
    name: 'a link anywhere in the body',
    source: 'seed',
    body: { status: 'completed', files: [{ note: `here: ${video}` }] },
    verdict: completed,
  },
  {
    name: 'a link anywhere, with a query',
    source: 'ours',
    body: { status: 'completed', files: [`${video}?sign=1`] },
    verdict: { kind: 'completed', url: `${video}?sign=1` },
  },
  ...['mov', 'webm', 'm4v', 'MP4'].map((ending): RecordRow => ({
    name: `a link to .${ending} anywhere`,
    source: 'design',
    body: { status: 'completed', files: [`https://cdn.example/a.${ending}`] },
    verdict: { kind: 'completed', url: `https://cdn.example/a.${ending}` },
  })),
  {
    name: 'a link to plain http, which the guard judges',
    source: 'design',
    body: { status: 'completed', result: { video_url: 'http://127.0.0.1/v.mp4' } },
    verdict: { kind: 'completed', url: 'http://127.0.0.1/v.mp4' },
  },
  {
    name: 'the workflow example',
    source: 'seed',
    body: { status: 'completed', task_id: taskId, video_url: 'https://cdn.kie.ai/videos/abc123.mp4' },
    verdict: { kind: 'completed', url: 'https://cdn.kie.ai/videos/abc123.mp4' },
  },
  {
    name: 'the workflow example, still processing',
    source: 'seed',
    body: { status: 'processing', task_id: taskId },
    verdict: { ...processing, providerStatus: 'processing' },
  },
  {
    name: 'a URL without any status',
    source: 'seed',
    body: { video_url: video },
    verdict: { ...completed, providerStatus: 'success' },
  },
  {
    name: 'processing with a URL',
    source: 'seed',
    body: { status: 'processing', video_url: video },
    verdict: processing,
  },
  {
    name: 'failed',
    source: 'seed',
    body: { status: 'failed', error: 'no credits' },
    verdict: { ...failed('PROVIDER_FAILED'), text: 'no credits' },
  },
  {
    name: 'error',
    source: 'seed',
    body: { status: 'error', error: { code: 'X1', message: 'broken' } },
    verdict: { ...failed('PROVIDER_FAILED', 'X1'), text: 'broken' },
  },
  { name: 'a status nobody knows', source: 'seed', body: { status: 'unknown' }, verdict: unknown },
  {
    name: 'a status that is a number',
    source: 'ours',
    body: { status: 500, error: 'Internal Server Error' },
    verdict: unknown,
  },
  {
    name: 'completed without a URL',
    source: 'seed',
    body: { status: 'completed', result: {} },
    verdict: unknown,
  },
  {
    name: "another task's answer",
    source: 'seed',
    body: { status: 'completed', task_id: 'another', video_url: video },
    verdict: unknown,
  },
  ...[
    'param',
    'paramJson',
    'promptJson',
    'prompt',
    'input',
    'originUrls',
    'origin_urls',
    'originalUrl',
    'callBackUrl',
  ].map((key): RecordRow => ({
    name: `a link inside ${key} alone`,
    source: 'design',
    body: { status: 'completed', [key]: JSON.stringify({ any: [attacker] }) },
    verdict: unknown,
  })),
  {
    name: 'an address that is none',
    source: 'ours',
    body: { status: 'completed', result: { video_url: 'https://' } },
    verdict: unknown,
  },
  {
    name: 'a script as address',
    source: 'ours',
    body: { status: 'completed', result: { video_url: 'javascript:alert(1)//.mp4' } },
    verdict: unknown,
  },
  {
    name: 'an error of a gateway at the seed’s route',
    source: 'ours',
    body: { status: 'error', message: 'Too many requests' },
    verdict: unknown,
  },
  {
    name: 'a failure with a code of its own at the seed’s route',
    source: 'ours',
    body: { code: 'oops', status: 'failed' },
    verdict: unknown,
  },
  {
    name: 'a failure that names the task',
    source: 'seed',
    body: { status: 'failed', task_id: taskId, message: 'broken' },
    verdict: failed('PROVIDER_FAILED'),
  },
];

/** The seed's seven places, and answers of their kind, at its own route. */
export const seedRecords: readonly RecordRow[] = shapes.map((row) => ({ ...row, contract: 'task' }));
