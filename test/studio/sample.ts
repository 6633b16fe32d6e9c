import type { Model, Provider } from '../../client/studio/api/queries.ts';
import type { Task } from '../../client/studio/api/task.ts';

/** A task as the server reports it. */
export const shownTask = (overrides: Partial<Task> = {}): Task => ({
  id: 'task_1',
  owner: 'local',
  status: 'PROCESSING',
  stage: 'GENERATING',
  provider: 'KIE',
  model: 'veo3_fast',
  providerTaskId: 'p1',
  providerStatus: 'generating',
  prompt: 'A fox',
  userPrompt: 'A fox',
  label: null,
  group: null,
  useCase: null,
  referenceImages: [],
  negativePrompt: null,
  audio: null,
  aspectRatio: 'LANDSCAPE_16_9',
  durationSeconds: 8,
  resolution: 'P720',
  videoUrl: null,
  video: null,
  error: null,
  progress: { percent: 0, estimated: true, elapsedSeconds: 0, remainingSeconds: 60, queuePosition: null },
  cost: null,
  hint: null,
  hintMessages: [],
  retryOf: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  submittedAt: '2026-01-01T00:00:00.000Z',
  completedAt: null,
  deletedAt: null,
  lastCheckedAt: null,
  nextCheckAt: null,
  checks: 0,
  revision: 'a-001',
  history: [],
  ...overrides,
});

const use: Omit<Model['imageUseLimits'][number], 'use' | 'min' | 'max'> = {
  model: 'veo3_fast',
  durations: [4, 6, 8],
  resolutions: ['P720', 'P1080'],
  aspectRatios: ['LANDSCAPE_16_9', 'PORTRAIT_9_16', 'AUTO'],
};
const model: Model = {
  id: 'veo3_fast',
  label: 'Veo 3.1 Fast',
  maker: 'Google',
  aspectRatios: ['LANDSCAPE_16_9', 'PORTRAIT_9_16', 'AUTO'],
  durations: [4, 6, 8],
  defaultDuration: 8,
  resolutions: ['P720', 'P1080'],
  defaultResolution: 'P720',
  resolutionLimits: [],
  imageUseLimits: [
    { ...use, use: 'FIRST_FRAME', min: 1, max: 1 },
    { ...use, use: 'FIRST_AND_LAST_FRAME', min: 2, max: 2 },
    { ...use, use: 'REFERENCE', min: 1, max: 3, durations: [8] },
  ],
  requiresImages: false,
  audio: 'ALWAYS',
  defaultAudio: true,
  acceptsNegativePrompt: false,
  acceptsSeed: false,
  price: { amount: 0.15 },
  typicalSeconds: 60,
  successRate: null,
  successor: null,
  retiredAt: null,
};

/** Kie with a model that takes references and one that takes two frames at most. */
export const kie: Provider = {
  name: 'KIE',
  label: 'Kie.ai',
  configured: true,
  health: 'UP',
  keyRefused: false,
  models: [
    model,
    {
      ...model,
      id: 'veo3',
      label: 'Veo 3.1 Quality',
      aspectRatios: ['LANDSCAPE_16_9'],
      imageUseLimits: model.imageUseLimits
        .slice(0, 2)
        .map((limits) => ({ ...limits, aspectRatios: ['LANDSCAPE_16_9'] })),
    },
  ],
};
