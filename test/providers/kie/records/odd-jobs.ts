import { jobs, jobsDone } from './jobs.ts';
import { attacker, envelope, failed, taskId, unknown, video, type RecordRow } from './row.ts';

/** Undocumented records of the `jobs` contract: of another task, without a state, with the customer's own links. */
export const oddJobsRecords: readonly RecordRow[] = [
  ...[12, 0, true, { id: taskId }, ['x']].flatMap((id): RecordRow[] => [
    {
      name: `jobs success with ${JSON.stringify(id)} as its id`,
      source: 'ours',
      body: jobsDone({ resultUrls: [video] }, { taskId: id }),
      verdict: unknown,
    },
    {
      name: `jobs fail with ${JSON.stringify(id)} as its id`,
      source: 'ours',
      body: jobs({ state: 'fail', taskId: id }),
      verdict: unknown,
    },
  ]),
  {
    name: "jobs success with another task's id beside ours",
    source: 'ours',
    body: jobsDone({ resultUrls: [video] }, { task_id: 'another' }),
    verdict: unknown,
  },
  {
    name: 'jobs fail without an id',
    source: 'ours',
    body: jobs({ state: 'fail', taskId: null }),
    verdict: unknown,
  },
  ...[null, 1, {}, ['success'], true, ''].map((state): RecordRow => ({
    name: `jobs with ${JSON.stringify(state)} as its state, with a URL`,
    source: 'ours',
    body: jobsDone({ resultUrls: [video] }, { state }),
    verdict: unknown,
  })),
  ...['input', 'request', 'requestParams', 'msg', 'message'].map((key): RecordRow => ({
    name: `jobs success with a link inside ${key} alone`,
    source: 'ours',
    body: jobsDone('', { [key]: { reference_video: attacker, video_urls: [attacker], text: attacker } }),
    verdict: unknown,
  })),
  {
    name: 'jobs success with a link in the envelope’s text alone',
    source: 'ours',
    body: { ...jobsDone(''), msg: `see ${attacker}` },
    verdict: unknown,
  },
  {
    name: 'jobs code 501 with a record of success',
    source: 'ours',
    body: { ...jobsDone({ resultUrls: [video] }), code: 501 },
    verdict: unknown,
  },
  {
    name: 'jobs code 501 with our record without a state',
    source: 'doc, 2026-06',
    body: envelope({ taskId }, 501, 'x'),
    verdict: failed('PROVIDER_FAILED', '501'),
  },
];
