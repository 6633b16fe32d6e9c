import type { VariablesOf } from 'gql.tada';
import type { GenerateMutation } from '../api/mutations.ts';
import type { Model, Provider } from '../api/queries.ts';
import type { Task } from '../api/task.ts';

/** An image in the form: a finished upload, or a URL. */
export interface DraftImage {
  readonly url: string;
  /** Null for an image that is given by its URL. */
  readonly uploadId: string | null;
}

/** Contents of the form. Null leaves the choice to the server. */
export interface Draft {
  readonly prompt: string;
  readonly useCase: Task['useCase'];
  readonly label: string;
  readonly images: readonly DraftImage[];
  /** Names of images that were refused or are uploading: a reload must not lose them silently. */
  readonly unfinished: readonly string[];
  readonly imagesAs: Model['imageUseLimits'][number]['use'];
  readonly provider: Provider['name'] | null;
  readonly model: string | null;
  readonly negativePrompt: string;
  readonly audio: boolean | null;
  readonly aspectRatio: Task['aspectRatio'];
  readonly durationSeconds: number | null;
  readonly resolution: Model['resolutions'][number] | null;
  /** As typed: digits, or empty for a random one. */
  readonly seed: string;
  /** As typed: a JSON object, or empty. */
  readonly providerOptions: string;
  /** Videos per press, 1 to 4. */
  readonly count: number;
}

/** The most videos that one press makes. */
export const mostVariants = 4;

/** The input of `generateVideo`. */
export type GenerateInput = VariablesOf<typeof GenerateMutation>['input'];

const stored = 'reelay:draft';
/** An empty form. */
export const blankDraft: Draft = {
  prompt: '',
  useCase: null,
  label: '',
  images: [],
  unfinished: [],
  imagesAs: 'AUTO',
  provider: null,
  model: null,
  negativePrompt: '',
  audio: null,
  aspectRatio: 'LANDSCAPE_16_9',
  durationSeconds: null,
  resolution: null,
  seed: '',
  providerOptions: '',
  count: 1,
};

/** Reads the draft of this tab; in a new tab, that of the last visit. */
export function readDraft(): Draft {
  try {
    const last = localStorage.getItem(stored);
    // Another tab has signed out and forgotten all of them.
    if (last === null) return blankDraft;
    const text = sessionStorage.getItem(stored) ?? last;
    return { ...blankDraft, ...(JSON.parse(text) as Partial<Draft>) };
  } catch {
    return blankDraft;
  }
}

/** Keeps the draft for a reload of this tab, which another tab must not change, and for a later visit. */
export function keepDraft(draft: Draft): void {
  const text = JSON.stringify(draft);
  try {
    localStorage.setItem(stored, text);
    sessionStorage.setItem(stored, text);
  } catch {
    // There is no space: the form works without it.
  }
}

/** Images as the server's inputs name them. */
export const imageInputsOf = (images: readonly DraftImage[]) =>
  images.map(({ url, uploadId }) => (uploadId === null ? { url } : { uploadId }));

/** The object that the text of the provider options stands for: null for none, undefined for no JSON object. */
export function readOptions(text: string): object | null | undefined {
  if (text.trim() === '') return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The number that the text of the seed stands for: null for none, undefined for no whole number of 32 bits. */
export function readSeed(text: string): number | null | undefined {
  const digits = text.trim();
  if (digits === '') return null;
  return /^\d{1,10}$/.test(digits) && Number(digits) < 2 ** 31 ? Number(digits) : undefined;
}

/**
 * The input to send. Empty text fields are omitted, so that a use case alone is sufficient; a seed and options that
 * cannot be read as well, which the form reports before it sends.
 */
export function inputOf(draft: Draft): GenerateInput {
  const prompt = draft.prompt.trim();
  const label = draft.label.trim();
  const negativePrompt = draft.negativePrompt.trim();
  const seed = readSeed(draft.seed) ?? null;
  const providerOptions = readOptions(draft.providerOptions) ?? null;
  return {
    ...(prompt !== '' && { prompt }),
    ...(label !== '' && { label }),
    ...(negativePrompt !== '' && { negativePrompt }),
    ...(seed !== null && { seed }),
    ...(providerOptions !== null && { providerOptions }),
    ...(draft.audio !== null && { audio: draft.audio }),
    useCase: draft.useCase,
    provider: draft.provider,
    model: draft.model,
    referenceImages: imageInputsOf(draft.images),
    imagesAs: draft.images.length > 0 ? draft.imagesAs : 'AUTO',
    aspectRatio: draft.aspectRatio,
    durationSeconds: draft.durationSeconds,
    resolution: draft.resolution,
  };
}
