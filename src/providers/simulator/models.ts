import type { VideoModel } from '../../domain/video-model.ts';
import { kieModels } from '../kie/models.ts';

/** The models of the simulation: Kie's models, square videos too, and the time that it takes. */
export const simulatorModels = (durationMs: number): readonly VideoModel[] =>
  kieModels.map((model) => ({
    ...model,
    label: `${model.label} (simulation)`,
    aspectRatios: ['LANDSCAPE_16_9', 'PORTRAIT_9_16', 'SQUARE_1_1', 'AUTO'],
    typicalSeconds: durationMs / 1000,
  }));
