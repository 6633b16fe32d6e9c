import { resolutions } from '../../../../domain/video-task.ts';
import type { CatalogueEntry } from '../../../catalogue/entry.ts';
import { kieEntries } from '../../../catalogue/kie/kie-entries.ts';
import { entryNamed, formsOf } from '../../../catalogue/model-of-entry.ts';
import { priceByList } from '../../../catalogue/price.ts';

/** The price of a video of a market model, by the list of its entry; null where there is none. */
export function marketCredits(model: string, input: Readonly<Record<string, unknown>>): number | null {
  const entry = entryNamed(kieEntries, model);
  if (entry === null || entry.price === null) return null;
  const { durationSeconds, resolution, audio } = entry.inputs;
  const { use, imageCount } = imagesOf(entry, input);
  const settings = {
    durationSeconds: Number(input[durationSeconds.field] ?? durationSeconds.default),
    resolution:
      typeof resolution === 'string'
        ? resolution
        : (resolutions.find((name) => resolution.values[name] === input[resolution.field]) ??
          resolution.default),
    audio: typeof audio === 'string' ? audio === 'ALWAYS' : (input[audio.field] ?? audio.default) === true,
    imagesAs: use,
    imageCount,
    options: null,
  };
  return priceByList(entry.price, 1, settings)?.credits ?? null;
}

/** The use that the images of an input are put to, and how many there are. */
function imagesOf(entry: CatalogueEntry, input: Readonly<Record<string, unknown>>) {
  for (const [use, { place }] of formsOf(entry).toReversed()) {
    const value = 'list' in place ? input[place.list] : place.each.filter((field) => field in input);
    if (Array.isArray(value) && value.length > 0) return { use, imageCount: value.length };
  }
  return { use: 'AUTO' as const, imageCount: 0 };
}
