import type { NamedImageUse } from '../../domain/video-model.ts';
import type { AspectRatio, JsonObject, Resolution, VideoSpec } from '../../domain/video-task.ts';

/** A model as data: what it can do, what its provider calls each input, and what it costs. */
export interface CatalogueEntry {
  /** The provider's string of the model for text, or for images where it makes nothing from text alone. */
  readonly id: string;
  readonly label: string;
  /** Who makes the model. */
  readonly maker: string;
  /** The string in the request, where one string stands for several models and a constant selects among them. */
  readonly sentAs?: string;
  readonly inputs: EntryInputs;
  /** Videos from text alone; null: it makes none. */
  readonly text: EntryForm | null;
  /** Uses of images, in the order in which AUTO takes them: one, then two, then more images. */
  readonly images: Partial<Record<NamedImageUse, ImageForm>>;
  /** Lengths at resolutions that do not allow all of them. */
  readonly durationsAt?: Partial<Record<Resolution, readonly number[]>>;
  /** Null where the provider publishes none. */
  readonly price: EntryPrice | null;
  /** From submit to result in real runs; null where none were reported. */
  readonly typicalSeconds: number | null;
  /** Names of other options, as the provider spells them, that do not change the price, with the type of their values. */
  readonly freeOptions?: Readonly<Record<string, 'string' | 'boolean'>>;
  /** The id of the model to use if this one is no longer offered. */
  readonly successor?: string;
  /** The day from which it is no longer offered, as 2026-10-22. */
  readonly retiredOn?: string;
}

/** Inputs of `generateVideo` that are sent as a field of their own. Images are placed by each form. */
type SentInput = keyof Pick<
  VideoSpec,
  'prompt' | 'negativePrompt' | 'audio' | 'aspectRatio' | 'durationSeconds' | 'resolution' | 'seed'
>;

interface TextField {
  /** The provider's name of the field. */
  readonly field: string;
  /** In characters; absent where the provider documents none. */
  readonly minLength?: number;
  readonly maxLength?: number;
}

interface InputFields {
  readonly prompt: TextField;
  readonly negativePrompt?: TextField;
  /** A switch, with its value where the caller leaves it open; or what every video of the model has. */
  readonly audio: { readonly field: string; readonly default: boolean } | 'ALWAYS' | 'NEVER';
  /** The provider's spelling of each possible ratio; null: not sent. Null as a whole: the video has the ratio of its image. */
  readonly aspectRatio: {
    readonly field: string;
    readonly values: Partial<Record<AspectRatio, string | null>>;
  } | null;
  /** Whole seconds, ascending. */
  readonly durationSeconds: {
    readonly field: string;
    readonly as: 'number' | 'string';
    readonly values: readonly number[];
    readonly default: number;
  };
  /** The provider's spelling of each possible resolution; or the one that every video has. */
  readonly resolution:
    | {
        readonly field: string;
        readonly values: Partial<Record<Resolution, string>>;
        readonly default: Resolution;
      }
    | Resolution;
  readonly seed?: { readonly field: string };
}

/** The field of each input. A name that is no input does not compile. */
export type EntryInputs = Pick<InputFields, SentInput>;

/** The parts of a request beside the inputs. */
export interface EntryForm {
  /** The provider's string of the model for this form, where it is not the `id`. */
  readonly model?: string;
  /** Fields that the provider requires, or whose default is not what users expect. */
  readonly constants?: JsonObject;
  /** Inputs that differ from the entry's. */
  readonly inputs?: Partial<Pick<EntryInputs, 'aspectRatio' | 'durationSeconds'>>;
}

/** One use of images. */
export interface ImageForm extends EntryForm {
  readonly min: number;
  readonly max: number;
  /** A field that takes a list of addresses, one field for each image, or a list of objects with the address under a key. */
  readonly place: { readonly list: string; readonly key?: string } | { readonly each: readonly string[] };
  /** Resolutions, where not all of the model's are possible. */
  readonly resolutions?: readonly Resolution[];
}

/** Credits that may depend on sound. */
type Credits = number | { readonly silent: number; readonly sound: number };

/** A dated price list. */
export interface EntryPrice {
  /** The day of the list, as 2026-10-01. */
  readonly listedOn: string;
  /** Credits for each second of the video, or for the video by its length, at each resolution. */
  readonly per: 'second' | 'video';
  readonly credits: Partial<Record<Resolution, Credits | Readonly<Record<number, Credits>>>>;
  /** Credits for each reference image above a number that costs nothing. */
  readonly referenceImages?: { readonly free: number; readonly each: number };
}

/** Every whole number of seconds of a range, both ends included. */
export const seconds = (first: number, last: number): readonly number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

const ratioTexts = {
  LANDSCAPE_16_9: '16:9',
  PORTRAIT_9_16: '9:16',
  SQUARE_1_1: '1:1',
  LANDSCAPE_4_3: '4:3',
  PORTRAIT_3_4: '3:4',
  LANDSCAPE_3_2: '3:2',
  PORTRAIT_2_3: '2:3',
  LANDSCAPE_21_9: '21:9',
} as const satisfies Partial<Record<AspectRatio, string>>;

/** Ratios in the spelling that all providers share, such as 16:9. */
export const ratios = <Ratio extends keyof typeof ratioTexts>(
  ...names: readonly Ratio[]
): Partial<Record<AspectRatio, string>> => Object.fromEntries(names.map((name) => [name, ratioTexts[name]]));
