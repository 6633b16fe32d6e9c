/** Counters of one task id; ids that were never created count their checks too. */
export interface TaskStats {
  /** Null if this process did not create the task. */
  readonly prompt: string | null;
  /** The wire contract that it was created on. */
  readonly contract: string | null;
  /** The address that the create asked to be called back at. */
  readonly callBackUrl: string | null;
  readonly checks: number;
  readonly fileFetches: number;
  readonly callbacksSent: number;
  /** The status of each callback's answer in order; null where there was no answer. */
  readonly callbackAnswers: readonly (number | null)[];
}

/** Counters kept since the start of the process. */
export interface SimulatorStats {
  /** Paid POSTs that reached the simulator, accepted or not. */
  readonly createsReceived: number;
  /** Those of them that were accepted, hence billed, with or without an answer. */
  readonly createsAccepted: number;
  readonly checks: number;
  readonly callbacksSent: number;
  readonly fileFetches: number;
  readonly uploads: number;
  /** Cancels of Omni tasks. */
  readonly cancels: number;
  /** Prompts that a text model was asked to write. */
  readonly drafts: number;
  /** Requests that carried Google's key to an origin that is not the API. */
  readonly leakedKeys: number;
  /** True HTTP 429 answers. */
  readonly rateLimited: number;
  readonly creditsSpent: number;
  /** By task id; the newest 10,000. */
  readonly tasks: Readonly<Record<string, TaskStats>>;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type Counters = Writable<Omit<SimulatorStats, 'tasks'>>;
type Counts = Writable<Omit<TaskStats, 'callbackAnswers'>> & { callbackAnswers: (number | null)[] };

/** The number of tasks that are remembered: a simulator in a long-lived server must not grow without bound. */
export const rememberedTasks = 10_000;

/** The counters as the simulator writes them. */
export interface Ledger extends Counters {
  /** The counts of a task, made if there are none yet. */
  readonly task: (id: string) => Counts;
  /** The counters as they are now. */
  readonly snapshot: () => SimulatorStats;
}

/** Starts all counters at zero. */
export function createLedger(): Ledger {
  const tasks = new Map<string, Counts>();
  const task = (id: string): Counts => {
    const known = tasks.get(id);
    if (known) return known;
    const fresh: Counts = {
      prompt: null,
      contract: null,
      callBackUrl: null,
      checks: 0,
      fileFetches: 0,
      callbacksSent: 0,
      callbackAnswers: [],
    };
    tasks.set(id, fresh);
    forgetOldest(tasks);
    return fresh;
  };
  const ledger: Ledger = {
    createsReceived: 0,
    createsAccepted: 0,
    checks: 0,
    callbacksSent: 0,
    fileFetches: 0,
    uploads: 0,
    cancels: 0,
    drafts: 0,
    leakedKeys: 0,
    rateLimited: 0,
    creditsSpent: 0,
    task,
    snapshot() {
      const { task: _task, snapshot: _snapshot, ...counters } = ledger;
      return { ...counters, tasks: structuredClone(Object.fromEntries(tasks)) };
    },
  };
  return ledger;
}

/** Keeps the newest entries of a map that is only added to. */
export function forgetOldest(map: Map<string, unknown>, most = rememberedTasks): void {
  for (const key of map.keys()) {
    if (map.size <= most) return;
    map.delete(key);
  }
}
