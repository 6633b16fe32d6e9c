import { randomBytes } from 'node:crypto';
import type { NewTrackedTask, NewVideoTask } from '../../src/store/new-task.ts';
import { patched, taskParts, type TaskPart, type TaskPatch } from '../../src/domain/task-fields.ts';
import type {
  Owner,
  ProviderName,
  ProviderTask,
  TaskId,
  TaskWork,
  Video,
  VideoResult,
  VideoSpec,
  VideoTask,
} from '../../src/domain/video-task.ts';

/** When sample tasks are made: 2026-01-01T00:00:00Z. */
export const sampleTime = Date.UTC(2026, 0, 1);

export const local = 'local' as Owner;

// Hexadecimal, so that no search text of a test is found in one.
const random = () => randomBytes(16).toString('hex');

export const randomTaskId = () => random() as TaskId;

/** Fields of a part of a task under the names that they have in the API, beside the part itself. */
type Flat = VideoSpec &
  Omit<ProviderTask, 'name' | 'taskId' | 'status' | 'memo'> &
  VideoResult &
  TaskWork & {
    readonly providerTaskId: ProviderTask['taskId'];
    readonly providerStatus: ProviderTask['status'];
    readonly providerMemo: ProviderTask['memo'];
  };

/** What is special about a sample task. Short for tests: `{ prompt }` for `{ spec: { prompt } }`. */
export type TaskOverrides = Partial<Flat> &
  Omit<TaskPatch, 'provider'> & { readonly provider?: ProviderName | Partial<ProviderTask> };

/** The patch that overrides are short for. */
export function patchOf(overrides: TaskOverrides): TaskPatch {
  const patch: Record<string, Record<string, unknown>> = {};
  for (const [key, value] of Object.entries(overrides)) {
    const [part, name] = partOf(key, value);
    if (name === undefined) patch[part] = { ...patch[part], ...(value as object) };
    else if (part === '') Object.assign(patch, { [name]: value });
    else patch[part] = { ...patch[part], [name]: value };
  }
  return patch;
}

const base = {
  spec: {
    model: 'veo3_fast',
    prompt: 'A ring turns on black velvet',
    frameLength: null,
    label: null,
    group: null,
    useCase: null,
    referenceImages: [],
    imagesAs: 'AUTO',
    negativePrompt: null,
    audio: null,
    aspectRatio: 'LANDSCAPE_16_9',
    durationSeconds: null,
    resolution: null,
    seed: null,
    providerOptions: null,
  },
  provider: {
    name: 'KIE',
    taskId: null,
    trackedId: null,
    status: null,
    memo: null,
    percent: null,
    submittedAt: null,
  },
  result: { video: null, error: null, completedAt: null },
  work: {
    nextAction: 'submit',
    dueAt: sampleTime,
    leaseOwner: null,
    leaseUntil: null,
    lastCheckedAt: null,
    checks: 0,
    unknownChecks: 0,
    wokenAt: null,
    suggestedProviderTaskId: null,
    callbackToken: '',
  },
} as const satisfies Pick<VideoTask, TaskPart>;

/** The part that an override is about, '' for none, and its name there, if it is not the whole part. */
function partOf(key: string, value: unknown): readonly [part: string, name?: string] {
  if (key === 'provider' && typeof value === 'string') return ['provider', 'name'];
  if (key in base) return [key];
  const own = /^provider(TaskId|Status|Memo)$/.exec(key)?.[1];
  if (own !== undefined) return ['provider', own.charAt(0).toLowerCase() + own.slice(1)];
  return [taskParts.find((part) => key in base[part]) ?? '', key];
}

/** A task as `generateVideo` makes it, due at once, with ids of its own. */
export const sampleTask = (overrides: TaskOverrides = {}): NewVideoTask => sampleStoredTask(overrides);

/** A task made elsewhere, which follows an id of the provider. */
export function sampleTrackedTask(trackedId: string, overrides: TaskOverrides = {}): NewTrackedTask {
  const task = sampleTask({ stage: 'GENERATING', nextAction: 'check', ...overrides });
  return { ...task, provider: { ...task.provider, trackedId } };
}

/** A task as read back, for the tests that need no store. */
export const sampleStoredTask = (overrides: TaskOverrides = {}): VideoTask =>
  patched(
    {
      ...base,
      id: randomTaskId(),
      number: 1,
      owner: local,
      stage: 'WAITING',
      hint: null,
      hintMessages: null,
      cost: null,
      retryOf: null,
      createdAt: sampleTime,
      updatedAt: sampleTime,
      deletedAt: null,
      work: { ...base.work, callbackToken: random() },
      revision: 1,
    },
    patchOf(overrides),
  );

export const sampleVideo: Video = {
  sourceUrl: 'https://cdn.example/v.mp4',
  mediaKey: 'sample.mp4',
  contentType: 'video/mp4',
  bytes: 6_000_000_000,
  sha256: 'ab'.repeat(32),
  width: 3840,
  height: 2160,
  durationSeconds: 8.04,
  archivedAt: sampleTime + 9,
};

/** A task whose every field that may be null is set, so that none can get lost unseen. */
export const sampleFullTask = (): NewVideoTask => ({
  id: randomTaskId(),
  owner: 'jwt:Zoë|%_\\' as Owner,
  stage: 'FAILED',
  spec: {
    model: 'veo-3.1',
    prompt: `"Quoted", 'single', \\ back\nnew line, 戒指 💍 ${'x'.repeat(10_000)}`,
    frameLength: 7,
    label: 'SKU-1 ✓',
    group: 'variants 🎬',
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
    negativePrompt: 'blur, text',
    audio: false,
    aspectRatio: 'PORTRAIT_9_16',
    durationSeconds: 8,
    resolution: 'P2160',
    seed: 2_147_483_647,
    providerOptions: { nested: { list: [1, 'two', false, null] }, '': '' },
  },
  provider: {
    name: 'GOOGLE',
    taskId: random(),
    trackedId: random(),
    status: 'generating — 生成中',
    memo: { contract: 'veo', tried: ['jobs', { at: 1.5 }], none: null },
    percent: 42,
    submittedAt: sampleTime + 1,
  },
  result: {
    video: { ...sampleVideo, mediaKey: random() },
    error: {
      code: 'PROVIDER_FAILED',
      message: 'It did not work; try again',
      providerCode: '500',
      retryable: true,
      billed: 'UNKNOWN',
    },
    completedAt: sampleTime + 2,
  },
  hint: 'Look at the provider’s log',
  hintMessages: [
    { code: 'NO_SUCH_TASK', params: { provider: 'Ein „Anbieter“', providerTaskId: 'x', page: null } },
  ],
  cost: { amount: 0.3, credits: 60, settled: true },
  retryOf: randomTaskId(),
  createdAt: sampleTime,
  updatedAt: sampleTime + 3,
  deletedAt: sampleTime + 4,
  work: {
    nextAction: 'check',
    dueAt: sampleTime + 6,
    leaseOwner: 'worker-1',
    leaseUntil: sampleTime + 7,
    lastCheckedAt: sampleTime + 5,
    checks: 7,
    unknownChecks: 3,
    wokenAt: sampleTime + 8,
    suggestedProviderTaskId: random(),
    callbackToken: random(),
  },
});
