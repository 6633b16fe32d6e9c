import type { Owner, TaskId, VideoTask } from '../store/video-task.ts';
import { isOwn, type Commands } from './commands.ts';
import { success, unknownTask, type TaskResult } from './task-result.ts';

/** A check that began less than this before somebody asked is new enough for him. */
const sharedMs = 2000;
/** Nobody waits longer for a check, in milliseconds. */
const longestWaitMs = 15_000;
/** How often the row is looked at while another one checks: a check takes a tenth of a second and more. */
const lookMs = 40;

/** Whether the check that became due then was answered, and what it found is being copied: that may take minutes. */
const isCopying = ({ leaseOwner, lastCheckedAt, dueAt }: VideoTask): boolean =>
  leaseOwner !== null && lastCheckedAt !== null && dueAt !== null && lastCheckedAt >= dueAt;

/** Checks tasks now, once for all who ask at the same time. */
export class VideoTaskRefresher {
  readonly #commands: Commands;
  readonly #running = new Map<TaskId, Promise<void>>();

  constructor(commands: Commands) {
    this.#commands = commands;
  }

  /** Answers the task as it is when its check ended, at most 15 s later; at once when there is nothing to ask. */
  async refresh(owner: Owner, id: TaskId): Promise<TaskResult> {
    const task = await this.#commands.store.getOwn(owner, id);
    if (task === null) return unknownTask;
    let check = this.#running.get(id);
    if (check === undefined) {
      check = this.#check(owner, id).finally(() => this.#running.delete(id));
      this.#running.set(id, check);
    }
    await check;
    const checked = await this.#commands.store.getOwn(owner, id);
    return checked === null ? unknownTask : success(checked);
  }

  async #check(owner: Owner, id: TaskId): Promise<void> {
    const { store, now, wakeWorker } = this.#commands;
    const begin = now();
    const waitUntil = performance.now() + longestWaitMs;
    const isDone = (row: VideoTask) =>
      row.nextAction !== 'check' ||
      row.stage === 'SUBMISSION_UNKNOWN' ||
      isCopying(row) ||
      // One from the future was begun by a clock that has since been set back.
      (row.lastCheckedAt !== null && row.lastCheckedAt > begin - sharedMs && row.lastCheckedAt <= now());
    for (;;) {
      let done = false;
      let wanted = false;
      await store.change(id, (row) => {
        done = !isOwn(row, owner) || isDone(row);
        wanted = !done && row.leaseOwner === null && (row.dueAt ?? 0) > now();
        return wanted ? { patch: { dueAt: now() }, announces: false, transition: null } : null;
      });
      if (done || performance.now() > waitUntil) return;
      wakeWorker();
      await new Promise((resolve) => {
        setTimeout(resolve, lookMs);
      });
    }
  }
}
