import type { Owner, TaskId, VideoTask } from '../domain/video-task.ts';
import { BoundedCalls } from './bounded-calls.ts';
import type { Commands } from './command-context.ts';
import type { FairSlots } from './fair-slots.ts';
import { tooManyRefreshes } from './rate-limits.ts';
import { success, unknownTask, type TaskResult } from './task-result.ts';

/** A check that began less than this before the call is new enough for it. */
const sharedMs = 2000;
/**
 * No caller waits longer for a check, in milliseconds: the answer, with a last read of the row, is promised within 15 s.
 */
const longestWaitMs = 14_000;
/**
 * The pause between two reads of the row: it may be checked elsewhere, and callers leave without a word. What this
 * process writes is announced to it at once.
 */
const readAgainMs = 1000;

/** Calls that may wait at once, those that share a check included. */
const bounds = { perOwner: 1000, total: 4000 };

/** True if the check that became due then was answered, and what it found is being copied: that may take minutes. */
const isCopying = ({ work: { leaseOwner, lastCheckedAt, dueAt } }: VideoTask): boolean =>
  leaseOwner !== null && lastCheckedAt !== null && dueAt !== null && lastCheckedAt >= dueAt;

/** A check for all who ask at the same time. */
interface RunningCheck {
  /** Ends with the check, or soon after nobody waits for it any more. */
  ended: Promise<void>;
  callers: number;
}

/** Checks tasks now, once for all who ask at the same time. */
export class VideoTaskRefresher {
  readonly #commands: Commands;
  readonly #writes: FairSlots;
  readonly #calls = new BoundedCalls(bounds);
  readonly #running = new Map<TaskId, RunningCheck>();

  /** @param writes what writes of commands share */
  constructor(commands: Commands, writes: FairSlots) {
    this.#commands = commands;
    this.#writes = writes;
  }

  /** Returns the task as it is when its check has ended, at most 15 s later; at once when there is nothing to ask. */
  refresh(owner: Owner, id: TaskId): Promise<TaskResult> {
    const running = this.#calls.run(owner, () => this.#refresh(owner, id));
    if (running !== null) return running;
    const refused = { task: null, userErrors: [tooManyRefreshes] };
    this.#commands.recorder.logRefusal(owner, refused.userErrors);
    return Promise.resolve(refused);
  }

  async #refresh(owner: Owner, id: TaskId): Promise<TaskResult> {
    const { store } = this.#commands;
    // A plain timer from the call on: neither a line of writes nor a busy process may make the caller wait longer.
    const limit = Promise.withResolvers<void>();
    const timer = setTimeout(() => limit.resolve(), longestWaitMs);
    try {
      const task = await store.getOwn(owner, id);
      if (task === null) return unknownTask;
      const check = this.#running.get(id) ?? this.#begin(owner, task);
      check.callers += 1;
      await Promise.race([check.ended, limit.promise]);
      check.callers -= 1;
      const checked = await store.getOwn(owner, id);
      return checked === null ? unknownTask : success(checked);
    } finally {
      clearTimeout(timer);
    }
  }

  #begin(owner: Owner, task: VideoTask): RunningCheck {
    const check: RunningCheck = { ended: Promise.resolve(), callers: 0 };
    this.#running.set(task.id, check);
    check.ended = this.#check(owner, task, () => check.callers > 0).finally(() =>
      this.#running.delete(task.id),
    );
    return check;
  }

  /** @param isAwaited true while a caller waits */
  async #check(
    owner: Owner,
    { id, provider: { name: provider } }: VideoTask,
    isAwaited: () => boolean,
  ): Promise<void> {
    const { store, recorder, providers, now, wakeWorker } = this.#commands;
    // Of a provider that is not configured nothing can be asked.
    if (providers.every(({ name }) => name !== provider)) return;
    const begin = now();
    const isDone = (row: VideoTask) =>
      row.work.nextAction !== 'check' ||
      row.stage === 'SUBMISSION_UNKNOWN' ||
      isCopying(row) ||
      // One from the future was begun by a clock that has since been set back.
      (row.work.lastCheckedAt !== null &&
        row.work.lastCheckedAt > begin - sharedMs &&
        row.work.lastCheckedAt <= now());
    const mustBeMadeDue = (row: VideoTask) => row.work.leaseOwner === null && (row.work.dueAt ?? 0) > now();

    let changed = Promise.withResolvers<void>();
    // Before the row is read, so that no change is missed.
    const watch = recorder.watch(id, () => changed.resolve());
    const reading = setInterval(() => changed.resolve(), readAgainMs);
    try {
      for (;;) {
        changed = Promise.withResolvers<void>();
        const row = await store.getOwn(owner, id);
        if (row === null || isDone(row) || !isAwaited()) return;
        if (mustBeMadeDue(row)) {
          await this.#writes.run(owner, () =>
            recorder.rescheduleOwn(owner, id, (present) =>
              !isDone(present) && mustBeMadeDue(present) ? { dueAt: now() } : null,
            ),
          );
        }
        wakeWorker(provider);
        await changed.promise;
      }
    } finally {
      clearInterval(reading);
      watch[Symbol.dispose]();
    }
  }
}
