import { answerParent } from './ipc.ts';

/** A queue of jobs on PostgreSQL, with its worker in this process. */
export interface Queue {
  /** Takes a job and resolves when it is stored. */
  enqueue(): Promise<unknown>;
  stop(): PromiseLike<unknown>;
}

/** Makes a queue whose jobs do nothing but call `done`. */
export type OpenQueue = (url: string, done: () => void) => Promise<Queue>;

/** Calls that the runner makes to the process of a queue. */
export type QueueHandlers = {
  start(url: string): Promise<void>;
  /** Takes this number of jobs, and resolves when all of them have run. */
  run(jobs: number): Promise<void>;
  cpuUs(): number;
};

/** Calls that take a job at the same time, of every contestant. */
export const enqueuedAtOnce = 50;

/** Lets the runner control the process of a queue. */
export function takeJobs(open: OpenQueue): void {
  let queue: Queue | undefined;
  let left = 0;
  let over = Promise.withResolvers<void>();
  const done = () => {
    left -= 1;
    if (left === 0) over.resolve();
  };
  const handlers = {
    start: async (url) => {
      queue = await open(url, done);
    },
    run: async (jobs) => {
      if (queue === undefined) throw new Error('Not started');
      const opened = queue;
      left = jobs;
      over = Promise.withResolvers<void>();
      let toTake = jobs;
      const take = async () => {
        while (toTake > 0) {
          toTake -= 1;
          await opened.enqueue();
        }
      };
      await Promise.all([over.promise, ...Array.from({ length: enqueuedAtOnce }, take)]);
    },
    cpuUs: () => {
      const { user, system } = process.cpuUsage();
      return user + system;
    },
  } satisfies QueueHandlers;
  answerParent(handlers, () => queue?.stop());
}
