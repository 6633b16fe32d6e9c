import { randomBytes } from 'node:crypto';
import type { NewVideoTask } from '../../src/store/store.ts';
import type { Owner, TaskId, VideoTask } from '../../src/domain/video-task.ts';

/** When sample tasks are made: 2026-01-01T00:00:00Z. */
export const sampleTime = Date.UTC(2026, 0, 1);

export const local = 'local' as Owner;

// Hexadecimal, so that no search text of a test is found in one.
const random = () => randomBytes(16).toString('hex');

export const randomTaskId = () => random() as TaskId;

/** A task as `generateVideo` makes it, due at once, with ids of its own. */
export function sampleTask(overrides: Partial<NewVideoTask> = {}): NewVideoTask {
  return {
    id: randomTaskId(),
    owner: local,
    stage: 'WAITING',
    provider: 'KIE',
    model: 'veo3_fast',
    providerTaskId: null,
    providerStatus: null,
    providerMemo: null,
    trackedId: null,
    prompt: 'A ring turns on black velvet',
    label: null,
    useCase: null,
    referenceImages: [],
    imagesAs: 'AUTO',
    aspectRatio: 'LANDSCAPE_16_9',
    durationSeconds: null,
    resolution: null,
    seed: null,
    providerOptions: null,
    video: null,
    error: null,
    hint: null,
    percent: null,
    cost: null,
    retryOf: null,
    callbackToken: random(),
    suggestedProviderTaskId: null,
    wokenAt: null,
    createdAt: sampleTime,
    submittedAt: null,
    completedAt: null,
    updatedAt: sampleTime,
    deletedAt: null,
    lastCheckedAt: null,
    checks: 0,
    unknownChecks: 0,
    nextAction: 'submit',
    dueAt: sampleTime,
    leaseOwner: null,
    leaseUntil: null,
    ...overrides,
  };
}

/** A task whose every field that may be null is set, so that none can get lost unseen. */
export function sampleFullTask(): NewVideoTask & {
  [Field in keyof NewVideoTask]: NonNullable<NewVideoTask[Field]>;
} {
  return {
    id: randomTaskId(),
    owner: 'jwt:Zoë|%_\\' as Owner,
    stage: 'FAILED',
    provider: 'GOOGLE',
    model: 'veo-3.1',
    providerTaskId: random(),
    providerStatus: 'generating — 生成中',
    providerMemo: { contract: 'veo', tried: ['jobs', { at: 1.5 }], none: null },
    trackedId: random(),
    prompt: `"Quoted", 'single', \\ back\nnew line, 戒指 💍 ${'x'.repeat(10_000)}`,
    label: 'SKU-1 ✓',
    useCase: 'GEMSTONE_CLOSEUP',
    referenceImages: [
      { url: 'https://images.example/ring.jpg', uploadId: null },
      {
        url: null,
        uploadId: 'upload-1',
        mediaKey: `${random()}.png`,
        contentType: 'image/png',
        width: 640,
        height: 480,
      },
    ],
    imagesAs: 'FIRST_AND_LAST_FRAME',
    aspectRatio: 'PORTRAIT_9_16',
    durationSeconds: 8,
    resolution: 'P2160',
    seed: 4_294_967_295,
    providerOptions: { nested: { list: [1, 'two', false, null] }, '': '' },
    video: {
      sourceUrl: 'https://cdn.example/v.mp4',
      mediaKey: random(),
      contentType: 'video/mp4',
      bytes: 6_000_000_000,
      sha256: 'ab'.repeat(32),
      width: 3840,
      height: 2160,
      durationSeconds: 8.04,
      archivedAt: sampleTime + 9,
    },
    error: {
      code: 'PROVIDER_FAILED',
      message: 'It did not work; try again',
      providerCode: '500',
      retryable: true,
      billed: 'UNKNOWN',
    },
    hint: 'Look at the provider’s log',
    percent: 42,
    cost: { amount: 0.3, credits: 60, settled: true },
    retryOf: randomTaskId(),
    callbackToken: random(),
    suggestedProviderTaskId: random(),
    wokenAt: sampleTime + 8,
    createdAt: sampleTime,
    submittedAt: sampleTime + 1,
    completedAt: sampleTime + 2,
    updatedAt: sampleTime + 3,
    deletedAt: sampleTime + 4,
    lastCheckedAt: sampleTime + 5,
    checks: 7,
    unknownChecks: 3,
    nextAction: 'check',
    dueAt: sampleTime + 6,
    leaseOwner: 'worker-1',
    leaseUntil: sampleTime + 7,
  };
}

/** A task as read back, for the tests that need no store. */
export function sampleStoredTask(overrides: Partial<VideoTask> = {}): VideoTask {
  return { ...sampleTask(), number: 1, revision: 1, ...overrides };
}
