import type { IncomingMessage } from 'node:http';
import type { Contract, TaskFacts } from './kie/task/task-id.ts';
import { readTaskId } from './kie/task/task-id.ts';
import { type Behaviours, mergeBehaviours } from './switches.ts';
import { type Ledger, forgetOldest } from './stats.ts';
import type { Timers } from './timers.ts';
import type { Samples } from './samples.ts';

/** What cannot be in a task id and lives as long as the process does. */
export interface TaskMemory {
  readonly prompt: string;
  /** The parameters as Kie echoes them. */
  readonly echo: Readonly<Record<string, unknown>>;
  readonly model: string;
  readonly behaviours: Behaviours;
  /** When a 4k version was asked for (veo only). */
  upgradeRequestedAt?: number;
}

/** A task: what its id says and what is remembered of it. */
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

/** Everything that one running simulator has. */
export interface World {
  readonly url: string;
  readonly now: () => number;
  readonly durationMs: number;
  readonly apiKey: string | undefined;
  readonly createsPer10s: number;
  readonly fileTtlMs: number;
  readonly hmacKey: string | undefined;
  readonly ledger: Ledger;
  readonly timers: Timers;
  readonly samples: Samples;
  readonly memories: Map<string, TaskMemory>;
  readonly uploads: Map<string, Upload>;
  /** How often each prompt was posted, for `times=N`. */
  readonly postings: Map<string, number>;
  /** Times of the creates inside the rate window. */
  readonly recentCreates: number[];
  /** Process-wide switches; may be changed through the control routes. */
  behaviours: Behaviours;
  outageUntil: number;
  credits: number;
  /** Aborted when the simulator is disposed. */
  readonly signal: AbortSignal;
}

/** One request and the behaviours that its `x-simulator` header asks for. */
export interface Asked {
  readonly request: IncomingMessage;
  readonly url: URL;
  readonly header: Behaviours;
}

/** The task behind an id, from whichever process, as long as it is not from the future and not older than 14 days. */
export function findTask(world: World, id: string, contract?: Contract): SimulatedTask | undefined {
  const facts = readTaskId(id);
  if (facts === undefined || (contract !== undefined && facts.contract !== contract)) return undefined;
  const age = world.now() - facts.createdAt;
  if (age < -60_000 || age > 14 * 86_400_000) return undefined;
  const memory = world.memories.get(id);
  const own = memory?.behaviours ?? new Map(facts.flags.map((flag) => [flag, '']));
  const behaviours = mergeBehaviours(world.behaviours, own);
  const takesMs = facts.takesMs ?? world.durationMs;
  return { ...facts, id, finishesAt: facts.createdAt + takesMs, behaviours, memory };
}

/** Remembers what is not in the id, forgetting the oldest tasks beyond the limit. */
export function remember(world: World, id: string, memory: TaskMemory): void {
  world.memories.set(id, memory);
  forgetOldest(world.memories);
}
