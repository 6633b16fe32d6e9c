import type { ImageUseLimits, NamedImageUse, VideoModel } from '../../domain/video-model.ts';
import { aspectRatios, resolutions, type AspectRatio } from '../../domain/video-task.ts';
import type { CatalogueEntry, EntryForm, EntryInputs, ImageForm } from './entry.ts';
import { priceByList } from './price.ts';

/** The capabilities of an entry: all follow from how its inputs are sent. */
export function modelOfEntry(entry: CatalogueEntry, usdPerCredit: number): VideoModel {
  const { inputs, price } = entry;
  const { audio, durationSeconds, resolution } = inputs;
  const base = ratiosOf(inputs, entry.text ?? Object.values(entry.images)[0] ?? {});
  return {
    id: entry.id,
    label: entry.label,
    maker: entry.maker,
    aspectRatios: base,
    durations: durationSeconds.values,
    defaultDuration: durationSeconds.default,
    resolutions:
      typeof resolution === 'string'
        ? [resolution]
        : resolutions.filter((name) => resolution.values[name] !== undefined),
    defaultResolution: typeof resolution === 'string' ? resolution : resolution.default,
    ...(entry.durationsAt && { durationsAt: entry.durationsAt }),
    imageUses: Object.fromEntries(formsOf(entry).map(([use, form]) => [use, limitsOf(entry, form, base)])),
    requiresImages: entry.text === null,
    audio: typeof audio === 'string' ? audio : 'OPTIONAL',
    defaultAudio: typeof audio === 'string' ? audio === 'ALWAYS' : audio.default,
    acceptsNegativePrompt: inputs.negativePrompt !== undefined,
    acceptsSeed: inputs.seed !== undefined,
    ...(inputs.prompt.minLength !== undefined && { minPromptLength: inputs.prompt.minLength }),
    maxPromptLength: inputs.prompt.maxLength ?? null,
    maxNegativePromptLength: inputs.negativePrompt?.maxLength ?? null,
    price: (settings) => (price === null ? null : priceByList(price, usdPerCredit, settings)),
    pricedAt: price === null ? null : Date.parse(price.listedOn),
    typicalSeconds: entry.typicalSeconds,
    successor: entry.successor ?? null,
    retiredAt: entry.retiredOn === undefined ? null : Date.parse(entry.retiredOn),
  };
}

/** The uses of images of an entry, in the order in which AUTO takes them. */
export const formsOf = ({ images }: Pick<CatalogueEntry, 'images'>) =>
  Object.entries(images) as [NamedImageUse, ImageForm][];

/** The entry of a name: its id, or the provider's string of one of its forms. Null if no entry describes it. */
export const entryNamed = (entries: readonly CatalogueEntry[], name: string): CatalogueEntry | null =>
  entries.find(({ id }) => id === name) ??
  entries.find((entry) => formsOf(entry).some(([, { model }]) => model === name)) ??
  null;

function limitsOf(entry: CatalogueEntry, form: ImageForm, base: readonly AspectRatio[]): ImageUseLimits {
  const own = ratiosOf(entry.inputs, form);
  return {
    min: form.min,
    max: form.max,
    ...(form.model !== undefined && form.model !== entry.id && { model: form.model }),
    ...(form.inputs?.durationSeconds && { durations: form.inputs.durationSeconds.values }),
    ...(form.resolutions && { resolutions: form.resolutions }),
    ...(own.join() !== base.join() && { aspectRatios: own }),
  };
}

/** The ratios of a form: AUTO alone where none is sent. */
function ratiosOf(inputs: EntryInputs, form: EntryForm): AspectRatio[] {
  const { aspectRatio } = { ...inputs, ...form.inputs };
  return aspectRatio === null
    ? ['AUTO']
    : aspectRatios.filter((name) => aspectRatio.values[name] !== undefined);
}
