import type { World } from '../world.ts';
import { type Behaviours, mergeBehaviours } from '../switches.ts';
import { forgetOldest } from '../stats.ts';
import { type Contract, type TaskFacts, readTaskId } from './task/task-id.ts';

/** Settings of the simulated account at Kie. */
export interface KieAccountOptions {
  /** The only key that is accepted; unset: any non-empty bearer. */
  readonly apiKey?: string;
  /** Creates per sliding 10 s, above which they get HTTP 429; 0, the default: no limit. Kie has 20. */
  readonly createsPer10s?: number;
  /** Time for which a result can be downloaded after its task's end; default 24 h. */
  readonly fileTtlMs?: number;
  /** Signs callbacks; unset: they carry no signature. */
  readonly hmacKey?: string;
}

/** State that does not fit into a task id; it ends with the process. */
export interface TaskMemory {
  readonly prompt: string;
  /** The parameters as Kie echoes them. */
  readonly echo: Readonly<Record<string, unknown>>;
  readonly model: string;
  /** What it costs; null: by its tier and resolution. */
  readonly credits: number | null;
  readonly behaviours: Behaviours;
  /** Time at which a 4k version was requested (veo only). */
  upgradeRequestedAt?: number;
}

/** A task: the facts in its id, and those that are remembered. */
export interface SimulatedTask extends TaskFacts {
  readonly id: string;
  readonly finishesAt: number;
  readonly behaviours: Behaviours;
  readonly memory: TaskMemory | undefined;
}

/** An uploaded file. */
export interface Upload {
  readonly bytes: Uint8Array;
  readonly mimeType: string;
}

/** The account at Kie. */
export interface KieAccount {
  readonly apiKey: string | undefined;
  readonly createsPer10s: number;
  readonly fileTtlMs: number;
  readonly hmacKey: string | undefined;
  readonly memories: Map<string, TaskMemory>;
  readonly uploads: Map<string, Upload>;
  /** The number of creates of each prompt, for `times=N`. */
  readonly postings: Map<string, number>;
  /** Times of the creates inside the rate window. */
  readonly recentCreates: number[];
  credits: number;
  /** Time of the last request of the catalogue. */
  lastCatalogueAt: number;
}

/** A running simulator, with its account at Kie. */
export interface KieWorld extends World {
  readonly kie: KieAccount;
}

/** Opens the account. */
export const createKieAccount = (options: KieAccountOptions, behaviours: Behaviours): KieAccount => ({
  apiKey: options.apiKey,
  createsPer10s: options.createsPer10s ?? 0,
  fileTtlMs: options.fileTtlMs ?? 86_400_000,
  hmacKey: options.hmacKey,
  memories: new Map(),
  uploads: new Map(),
  postings: new Map(),
  recentCreates: [],
  // Enough that it never runs out unless the switch says so.
  credits: Number(behaviours.get('credits') ?? 1_000_000),
  lastCatalogueAt: 0,
});

/** The task of an id that this or another process made, unless it is from the future or older than 14 days. */
export function findTask(world: KieWorld, id: string, contract?: Contract): SimulatedTask | undefined {
  const facts = readTaskId(id);
  if (facts === undefined || (contract !== undefined && facts.contract !== contract)) return undefined;
  const age = world.now() - facts.createdAt;
  if (age < -60_000 || age > 14 * 86_400_000) return undefined;
  const memory = world.kie.memories.get(id);
  const own = memory?.behaviours ?? new Map(facts.flags.map((flag) => [flag, '']));
  const behaviours = mergeBehaviours(world.behaviours, own);
  const takesMs = facts.takesMs ?? world.durationMs;
  return { ...facts, id, finishesAt: facts.createdAt + takesMs, behaviours, memory };
}

/** Remembers the facts of a task that its id does not have; above the limit, the oldest tasks are forgotten. */
export function remember(world: KieWorld, id: string, memory: TaskMemory): void {
  world.kie.memories.set(id, memory);
  forgetOldest(world.kie.memories);
}
