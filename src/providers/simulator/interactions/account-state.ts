import { randomBytes } from 'node:crypto';
import { forgetOldest } from '../stats.ts';
import { type Behaviours, mergeBehaviours } from '../switches.ts';
import type { World } from '../world.ts';
import type { CreateRequest } from './create-request.ts';

/** An interaction as the simulated account keeps it; it ends with the process. */
export interface Interaction extends CreateRequest {
  readonly id: string;
  /** The name of its video below `/v1beta/files/`. */
  readonly fileId: string;
  readonly createdAt: number;
  readonly finishesAt: number;
  readonly behaviours: Behaviours;
  /** Time of the cancellation before its end; null: never. */
  canceledAt: number | null;
  /** The number of requests for the state of its file. */
  fileChecks: number;
}

/** The account at Google's Gemini API. */
export interface GeminiAccount {
  /** The only key that is accepted; undefined: any. */
  readonly apiKey: string | undefined;
  readonly interactions: Map<string, Interaction>;
  /** By the name of the file. */
  readonly files: Map<string, Interaction>;
  /** The number of creates of each prompt, for `times=N`. */
  readonly postings: Map<string, number>;
}

/** A running simulator, with its account at the Gemini API. */
export interface GeminiWorld extends World {
  readonly gemini: GeminiAccount;
}

/** Opens the account. */
export const createGeminiAccount = ({ apiKey }: { readonly apiKey?: string }): GeminiAccount => ({
  apiKey,
  interactions: new Map(),
  files: new Map(),
  postings: new Map(),
});

/** Accepts and bills a request; the oldest interactions are forgotten above a limit. */
export function accept(world: GeminiWorld, create: CreateRequest, own: Behaviours): Interaction {
  const { gemini, ledger } = world;
  const duration = own.get('duration') ?? world.behaviours.get('duration');
  const createdAt = world.now();
  const interaction: Interaction = {
    ...create,
    // As recorded: `v1_` and base64url.
    id: `v1_${randomBytes(24).toString('base64url')}`,
    fileId: randomBytes(6).toString('hex'),
    createdAt,
    finishesAt: createdAt + (duration === undefined ? world.durationMs : Number(duration)),
    behaviours: own,
    canceledAt: null,
    fileChecks: 0,
  };
  gemini.interactions.set(interaction.id, interaction);
  gemini.files.set(interaction.fileId, interaction);
  forgetOldest(gemini.interactions);
  forgetOldest(gemini.files);
  ledger.createsAccepted += 1;
  const counts = ledger.task(interaction.id);
  counts.prompt = create.prompt;
  counts.contract = 'interactions';
  return interaction;
}

/** The behaviours of an interaction now: those of the process, then its own. */
export const behavioursOf = (world: GeminiWorld, interaction: Interaction | undefined): Behaviours =>
  mergeBehaviours(world.behaviours, interaction?.behaviours ?? new Map());

/** Counts one more create of a prompt. */
export function countPosting({ gemini: { postings } }: GeminiWorld, prompt: string): number {
  const count = (postings.get(prompt) ?? 0) + 1;
  postings.set(prompt, count);
  forgetOldest(postings);
  return count;
}
