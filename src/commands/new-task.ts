import { createHash } from 'node:crypto';
import type { NewVideoTask } from '../store/store.ts';
import type { Owner, ProviderName, TaskId } from '../domain/video-task.ts';
import { randomId } from './random-id.ts';

/** What every new task must say of itself; the rest is as in a task that nothing happened to. */
export type TaskDraft = Partial<NewVideoTask> & {
  readonly owner: Owner;
  readonly provider: ProviderName;
  readonly model: string;
  readonly prompt: string;
};

/** A task that waits to be sent, with ids of its own. */
export function newTask(draft: TaskDraft, now: number): NewVideoTask {
  return {
    id: randomId() as TaskId,
    stage: 'WAITING',
    providerTaskId: null,
    providerStatus: null,
    providerMemo: null,
    trackedId: null,
    label: null,
    useCase: null,
    referenceImages: [],
    imagesAs: 'AUTO',
    aspectRatio: 'AUTO',
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
    callbackToken: randomId(),
    suggestedProviderTaskId: null,
    wokenAt: null,
    createdAt: now,
    submittedAt: null,
    completedAt: null,
    updatedAt: now,
    deletedAt: null,
    lastCheckedAt: null,
    checks: 0,
    unknownChecks: 0,
    nextAction: 'submit',
    dueAt: now,
    leaseOwner: null,
    leaseUntil: null,
    ...draft,
  };
}

/** The same value gives the same hash whatever the order of its keys. */
export function hashOf(value: unknown): string {
  const canonical = JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
  return createHash('sha256').update(canonical).digest('base64url');
}
