import { readFileSync } from 'node:fs';

/** For how long a process has waited for a processor so far, in milliseconds: other programs' doing. 0 where the system does not say. */
export function processorWaitMs(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e6;
  } catch {
    return 0;
  }
}
