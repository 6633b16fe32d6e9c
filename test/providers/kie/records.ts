import { codes } from './records/codes.ts';
import { jobsRecords } from './records/jobs.ts';
import { marketRecords } from './records/market.ts';
import { notRecords } from './records/not-records.ts';
import { type RecordRow } from './records/row.ts';
import { oddJobsRecords } from './records/odd-jobs.ts';
import { seedRecords } from './records/seed.ts';
import { veoRecords } from './records/veo.ts';

export { answerOf, taskId, type RecordRow } from './records/row.ts';

/** Every shape that is known, and some that no server is expected to send. */
export const records: readonly RecordRow[] = [
  ...notRecords,
  ...codes,
  ...jobsRecords,
  ...oddJobsRecords,
  ...marketRecords,
  ...veoRecords,
  ...seedRecords,
];
