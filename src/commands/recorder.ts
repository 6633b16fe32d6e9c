import type { Logger } from 'pino';
import type { Store } from '../store/store.ts';
import type { TaskId, TaskWork, VideoTask } from '../domain/video-task.ts';
import { quietly } from '../domain/change.ts';
import { Attempts } from './attempts.ts';
import { apply, type TaskEvent } from '../domain/state-machine.ts';

/** What is left to do with a task: the schedule, the lease to give back, the counters of checks. Never announced. */
export type Schedule = Partial<Omit<TaskWork, 'callbackToken'>>;

/** What is written beside an event, decided by the one who schedules the work. */
export interface RecordOptions {
  /** As such, or by the row as it is when it is written. */
  readonly schedule?: Schedule | ((task: VideoTask) => Schedule);
  /** Only while this claim holds the task; zero rows then mean that someone else was first. */
  readonly whileLeasedBy?: string;
}

/** Gives the lease back in the write that ends the work. */
export const leaseReturned = { leaseOwner: null, leaseUntil: null } as const;

/** The one way in which a task moves: machine, store and log together. */
export class Recorder {
  /** Paid attempts of this process. */
  readonly attempts = new Attempts();
  readonly #store: Store;
  readonly #log: Logger;
  readonly #now: () => number;
  readonly #watchers = new Map<TaskId, Set<() => void>>();

  constructor(store: Store, log: Logger, now: () => number) {
    this.#store = store;
    this.#log = log;
    this.#now = now;
  }

  /**
   * Applies an event to the task as it is in the database now.
   *
   * @returns the task afterwards; null when it is unknown, the event is not for its stage, or the lease is gone
   */
  record(id: TaskId, event: TaskEvent, options: RecordOptions = {}): Promise<VideoTask | null> {
    return this.decide(id, () => event, options);
  }

  /** The same with an event that follows from the task as it is then; null leaves it alone. */
  async decide(
    id: TaskId,
    eventFor: (task: VideoTask) => TaskEvent | null,
    options: RecordOptions = {},
  ): Promise<VideoTask | null> {
    let before: VideoTask | undefined;
    const after = await this.#store.change(id, (task) => {
      before = task;
      if (options.whileLeasedBy !== undefined && task.work.leaseOwner !== options.whileLeasedBy) return null;
      const event = eventFor(task);
      if (event === null) return null;
      const change = apply(task, event, this.#now());
      if (change === null) return null;
      const schedule = typeof options.schedule === 'function' ? options.schedule(task) : options.schedule;
      return { ...change, patch: { ...change.patch, work: { ...change.patch.work, ...schedule } } };
    });
    if (after !== null) this.#tellWatchers(id);
    if (after !== null && before !== undefined && before.stage !== after.stage) {
      if (after.stage === 'CANCELED') this.attempts.cancel(id);
      this.log(after, before);
    }
    return after;
  }

  /** Sets when to check again, while a claim holds the task; not announced. */
  async reschedule(
    id: TaskId,
    leaseOwner: string,
    schedule: NonNullable<RecordOptions['schedule']>,
  ): Promise<void> {
    const after = await this.#store.change(id, (task) =>
      task.work.leaseOwner === leaseOwner
        ? quietly(typeof schedule === 'function' ? schedule(task) : schedule)
        : null,
    );
    if (after !== null) this.#tellWatchers(id);
  }

  /** Calls back after each change of a task that is recorded here, whether it is announced or not. Must not throw. */
  watch(id: TaskId, onChange: () => void): Disposable {
    const watchers = this.#watchers.get(id) ?? new Set();
    this.#watchers.set(id, watchers.add(onChange));
    return {
      [Symbol.dispose]: () => {
        watchers.delete(onChange);
        if (watchers.size === 0 && this.#watchers.get(id) === watchers) this.#watchers.delete(id);
      },
    };
  }

  #tellWatchers(id: TaskId): void {
    for (const onChange of this.#watchers.get(id) ?? []) onChange();
  }

  /** One line for each step of a task; `before` is null at its creation. */
  log(task: VideoTask, before: VideoTask | null): void {
    const line = {
      task: task.id,
      owner: task.owner,
      stage: task.stage,
      from: before?.stage ?? null,
      provider: task.provider.name,
      providerTaskId: task.provider.taskId,
      tookMs: task.updatedAt - task.createdAt,
    };
    switch (task.stage) {
      case 'COMPLETED':
        this.#log.info({ ...line, sourceUrl: task.result.video?.sourceUrl }, '[OK] the video is ready');
        break;
      case 'FAILED':
        this.#log.warn({ ...line, error: task.result.error }, 'the task failed');
        break;
      case 'SUBMISSION_UNKNOWN':
        this.#log.warn({ ...line, hint: task.hint }, 'whether the provider took the task is not known');
        break;
      case 'WAITING':
      case 'SUBMITTING':
      case 'GENERATING':
      case 'CANCELED':
        this.#log.info(line, 'the task moved');
        break;
      default:
        task.stage satisfies never;
    }
  }
}
