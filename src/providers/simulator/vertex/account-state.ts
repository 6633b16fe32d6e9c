import { randomUUID } from 'node:crypto';
import { forgetOldest } from '../stats.ts';
import { type Behaviours, mergeBehaviours } from '../switches.ts';
import type { World } from '../world.ts';
import type { CreateRequest } from './create-request.ts';

/** An operation as the simulated project keeps it; it ends with the process. */
export interface Operation extends CreateRequest {
  readonly name: string;
  readonly finishesAt: number;
  readonly behaviours: Behaviours;
}

/** The project at Vertex AI. */
export interface VertexAccount {
  /** The only token that is accepted beside those that were issued; undefined: any. */
  readonly accessToken: string | undefined;
  /** Tokens that the token endpoint and the metadata server issued. */
  readonly issued: Set<string>;
  readonly operations: Map<string, Operation>;
  /** How often each prompt was posted, for `times=N`. */
  readonly postings: Map<string, number>;
}

/** A running simulator, with its project at Vertex AI. */
export interface VertexWorld extends World {
  readonly vertex: VertexAccount;
}

/** Opens the project. */
export const createVertexAccount = ({ apiKey }: { readonly apiKey?: string }): VertexAccount => ({
  accessToken: apiKey,
  issued: new Set(),
  operations: new Map(),
  postings: new Map(),
});

/** Accepts and bills a request; the oldest operations are forgotten above a limit. */
export function accept(world: VertexWorld, path: string, create: CreateRequest, own: Behaviours): Operation {
  const duration = own.get('duration') ?? world.behaviours.get('duration');
  const operation: Operation = {
    ...create,
    name: `${path}/operations/${randomUUID()}`,
    finishesAt: world.now() + (duration === undefined ? world.durationMs : Number(duration)),
    behaviours: own,
  };
  world.vertex.operations.set(operation.name, operation);
  forgetOldest(world.vertex.operations);
  world.ledger.createsAccepted += 1;
  const counts = world.ledger.task(operation.name);
  counts.prompt = create.prompt;
  counts.contract = 'vertex';
  return operation;
}

/** The behaviours of an operation now: those of the process, then its own. */
export const behavioursOf = (world: VertexWorld, operation: Operation | undefined): Behaviours =>
  mergeBehaviours(world.behaviours, operation?.behaviours ?? new Map());

/** Counts one more create of a prompt. */
export function countPosting({ vertex: { postings } }: VertexWorld, prompt: string): number {
  const count = (postings.get(prompt) ?? 0) + 1;
  postings.set(prompt, count);
  forgetOldest(postings);
  return count;
}
