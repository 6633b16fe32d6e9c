import type { CatalogueEntry } from '../catalogue/entry.ts';
import { kieEntries } from '../catalogue/kie/kie-entries.ts';
import { veo } from '../catalogue/kie/veo.ts';

/** The models of the simulation: Kie's models, of Veo square videos too, and the time that it takes. */
export const simulatorEntries = (durationMs: number): readonly CatalogueEntry[] =>
  kieEntries.map((entry) => ({
    ...(veo.includes(entry) ? withSquares(entry) : entry),
    typicalSeconds: durationMs / 1000,
  }));

function withSquares(entry: CatalogueEntry): CatalogueEntry {
  const { aspectRatio } = entry.inputs;
  if (aspectRatio === null) return entry;
  const values = { ...aspectRatio.values, SQUARE_1_1: '1:1' };
  return { ...entry, inputs: { ...entry.inputs, aspectRatio: { ...aspectRatio, values } } };
}
