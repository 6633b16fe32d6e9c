import type { Store } from '../../store/store.ts';

/** A duty is free again after this time if the instance that has it was killed, in milliseconds. */
const longestMs = 1_800_000;

/** What one instance does at a time. */
export interface DutyOptions {
  readonly store: Pick<Store, 'isShared' | 'shared'>;
  readonly now: () => number;
  /** The name of this process among those that share the database. */
  readonly instance: string;
}

/** Does the work of a duty, unless another instance is at it. */
export async function doAlone(
  { store, now, instance }: DutyOptions,
  duty: string,
  work: () => Promise<void>,
): Promise<void> {
  if (!store.isShared) return work();
  if (!(await store.shared.takeDuty(duty, instance, { now: now(), until: now() + longestMs }))) return;
  try {
    await work();
  } finally {
    await store.shared.leaveDuty(duty, instance);
  }
}
