import type { Logger } from 'pino';
import type { Store } from '../store/store.ts';
import { loggedTask, withoutQueries } from '../domain/task-names/logged-task.ts';
import { isTerminal, type Owner, type TaskId, type TaskWork, type VideoTask } from '../domain/video-task.ts';
import { quietly, type Change } from '../domain/state-machine/change.ts';
import { LimitedLog } from '../metrics/limited-log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { UserError } from '../domain/user-errors/user-error.ts';
import { Attempts } from './attempts.ts';
import { apply, type TaskEvent } from '../domain/state-machine/state-machine.ts';

/** A patch of the work on a task: due time, lease, counters of checks. Never announced. */
export type Schedule = Partial<Omit<TaskWork, 'callbackToken'>>;

/** A schedule, or how it follows from the task as it is when it is written. */
export type ScheduleFor = Schedule | ((task: VideoTask) => Schedule);

/** Options of recording an event. */
export interface RecordOptions {
  readonly schedule?: ScheduleFor;
  /** Only while this claim holds the task. */
  readonly whileLeasedBy?: string;
}

/** An event, or how it follows from the task as it is when it is written; null leaves the task alone. */
export type EventFor = TaskEvent | ((task: VideoTask) => TaskEvent | null);

/** Gives the lease back in the write that ends the work. */
export const leaseReturned = { leaseOwner: null, leaseUntil: null } as const;

/**
 * The only way in which a task changes after its creation: state machine, store and log together. The worker changes
 * tasks by their id and lease, commands only as their owner (`OwnRecorder`).
 */
export class Recorder {
  /** Paid attempts of this process. */
  readonly attempts = new Attempts();
  readonly #store: Store;
  readonly #log: Logger;
  readonly #limitedLog: LimitedLog;
  readonly #now: () => number;
  readonly #metrics: Metrics;
  readonly #watchers = new Map<TaskId, Set<() => void>>();

  constructor(store: Store, log: Logger, now: () => number, metrics: Metrics) {
    this.#store = store;
    this.#log = log;
    this.#limitedLog = new LimitedLog(log);
    this.#now = now;
    this.#metrics = metrics;
  }

  /**
   * Applies an event to the task as it is in the database now.
   *
   * @returns the task afterwards; null when it is unknown, the event is not for its stage, or the lease is gone
   */
  record(id: TaskId, event: EventFor, options: RecordOptions = {}): Promise<VideoTask | null> {
    return this.#record((decide) => this.#store.change(id, decide), event, options);
  }

  /**
   * The same for a task of this owner that is not deleted: the owner is part of the SQL.
   *
   * @returns the task afterwards; null also for a task of another owner
   */
  recordOwn(
    owner: Owner,
    id: TaskId,
    event: EventFor,
    options: Pick<RecordOptions, 'schedule'> = {},
  ): Promise<VideoTask | null> {
    return this.#record((decide) => this.#store.changeOwn(owner, id, decide), event, options);
  }

  /** Sets when to check again, while a claim holds the task; not announced. */
  async reschedule(id: TaskId, leaseOwner: string, schedule: ScheduleFor): Promise<void> {
    const after = await this.#store.change(id, (task) =>
      task.work.leaseOwner === leaseOwner ? quietly(resolved(schedule, task)) : null,
    );
    if (after !== null) this.#notifyWatchers(id);
  }

  /**
   * Records a check that found nothing new about a task, as it was claimed, and returns its lease; not announced.
   *
   * @returns false where the task is no longer as it was claimed: nothing is recorded
   */
  async recordNothingNew(
    { id, revision, work }: VideoTask,
    leaseOwner: string,
    { askedAt, dueAt }: { readonly askedAt: number; readonly dueAt: number },
  ): Promise<boolean> {
    const check = { id, revision, leaseOwner, askedAt, dueAt, checks: work.checks + 1 };
    const isRecorded = await this.#store.noteUnchanged(check);
    if (isRecorded) this.#notifyWatchers(id);
    return isRecorded;
  }

  /** Sets when to check a task of this owner again; null leaves it alone. Not announced, and not reported to watchers. */
  async rescheduleOwn(
    owner: Owner,
    id: TaskId,
    scheduleFor: (task: VideoTask) => Schedule | null,
  ): Promise<void> {
    await this.#store.changeOwn(owner, id, (task) => {
      const schedule = scheduleFor(task);
      return schedule && quietly(schedule);
    });
  }

  async #record(
    change: (decide: (task: VideoTask) => Change | null) => Promise<VideoTask | null>,
    eventFor: EventFor,
    { schedule = {}, whileLeasedBy }: RecordOptions,
  ): Promise<VideoTask | null> {
    let before: VideoTask | undefined;
    let secondBillUsd = 0;
    const after = await change((task) => {
      before = task;
      if (whileLeasedBy !== undefined && task.work.leaseOwner !== whileLeasedBy) return null;
      const event = typeof eventFor === 'function' ? eventFor(task) : eventFor;
      const decided = event && apply(task, event, this.#now());
      secondBillUsd = decided?.secondBill?.cost?.amount ?? 0;
      return (
        decided && {
          ...decided,
          patch: { ...decided.patch, work: { ...decided.patch.work, ...resolved(schedule, task) } },
        }
      );
    });
    if (after === null) return null;
    this.#notifyWatchers(after.id);
    if (before !== undefined) this.#countSpending(after, finalUsd(after) - finalUsd(before) + secondBillUsd);
    if (before !== undefined && before.stage !== after.stage) {
      if (after.stage === 'CANCELED') this.attempts.cancel(after.id);
      this.log(after, before);
    }
    return after;
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

  /** A cost that turns out lower later stays counted: a counter only grows. The ledger is corrected. */
  #countSpending({ provider: { name }, spec: { model } }: VideoTask, usd: number): void {
    if (usd > 0) this.#metrics.spend.inc({ provider: name, model: this.#metrics.modelLabel(model) }, usd);
  }

  /**
   * Logs what went wrong with a task and did not change its stage: in ten seconds one line for each task, of at most five of
   * an owner.
   *
   * @param message one of few
   */
  logTrouble(
    task: VideoTask,
    message: string,
    facts: { readonly reason: string; readonly host?: string },
  ): void {
    const { reason, host } = facts;
    const line = () => ({
      ...loggedTask(task),
      provider: task.provider.name,
      providerTaskId: task.provider.taskId,
      reason: withoutQueries(reason),
      ...(host !== undefined && { host }),
    });
    this.#limitedLog.warn(message, task.owner, line, task.id);
  }

  /** Logs a call that a budget or a limit of its owner refused; no other error. One line in ten seconds, as above. */
  logRefusal(owner: Owner, userErrors: readonly UserError[]): void {
    for (const { code, message } of userErrors) {
      const isOverBudget = code === 'BUDGET_EXCEEDED';
      if (!isOverBudget && code !== 'RATE_LIMITED') continue;
      const line = isOverBudget ? 'a call was refused: over budget' : 'a call was refused: over a limit';
      this.#limitedLog.warn(line, owner, () => ({ owner, code, reason: message }));
    }
  }

  #notifyWatchers(id: TaskId): void {
    for (const onChange of this.#watchers.get(id) ?? []) onChange();
  }

  /** Counts and logs each step of a task; `before` is null at its creation. */
  log(task: VideoTask, before: VideoTask | null): void {
    this.#metrics.transitions.inc({ provider: task.provider.name, stage: task.stage });
    const line = {
      ...loggedTask(task),
      stage: task.stage,
      from: before?.stage ?? null,
      provider: task.provider.name,
      providerTaskId: task.provider.taskId,
      tookMs: task.updatedAt - task.createdAt,
    };
    const sourceUrl = task.result.video?.sourceUrl;
    switch (task.stage) {
      case 'COMPLETED':
        this.#log.info(
          { ...line, sourceUrl: sourceUrl && withoutQueries(sourceUrl) },
          '[OK] the video is ready',
        );
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

/** The part of the recorder for commands: each change names the owner. */
export type OwnRecorder = Pick<Recorder, 'recordOwn' | 'rescheduleOwn' | 'watch' | 'log' | 'logRefusal'>;

/** The cost of a task that has ended, in USD. */
const finalUsd = ({ stage, cost }: VideoTask): number => (isTerminal(stage) ? (cost?.amount ?? 0) : 0);

const resolved = (schedule: ScheduleFor, task: VideoTask): Schedule =>
  typeof schedule === 'function' ? schedule(task) : schedule;
