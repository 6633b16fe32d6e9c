import type { VideoModel } from '../../domain/video-model.ts';
import { kieEntries } from '../catalogue/kie/kie-entries.ts';
import { modelOfEntry } from '../catalogue/model-of-entry.ts';

/** Kie's unit (Kie docs, getting started, 2026: 1 credit = USD 0.005). */
export const usdPerCredit = 0.005;

/** The models of Kie that are described; the first is the default. Others of its market are passed through by name. */
export const kieModels: readonly VideoModel[] = kieEntries.map((entry) => modelOfEntry(entry, usdPerCredit));
