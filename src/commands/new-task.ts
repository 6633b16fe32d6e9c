import type { NewVideoTask } from '../store/store.ts';
import type { Cost, Owner, ProviderName, TaskId, VideoSpec } from '../domain/video-task.ts';
import { randomId } from './random-id.ts';

/** What a new task is made of; the rest is as in a task that nothing happened to. */
export interface TaskDraft {
  readonly owner: Owner;
  readonly provider: ProviderName;
  readonly spec: VideoSpec;
  /** The estimate; null where no price is known. */
  readonly cost: Cost | null;
  readonly retryOf?: TaskId;
}

/** A task that waits to be sent, with ids of its own. */
export const newTask = (draft: TaskDraft, now: number): NewVideoTask => ({
  id: randomId() as TaskId,
  owner: draft.owner,
  stage: 'WAITING',
  spec: draft.spec,
  provider: {
    name: draft.provider,
    taskId: null,
    trackedId: null,
    status: null,
    memo: null,
    percent: null,
    submittedAt: null,
  },
  result: { video: null, error: null, completedAt: null },
  hint: null,
  cost: draft.cost,
  retryOf: draft.retryOf ?? null,
  createdAt: now,
  updatedAt: now,
  deletedAt: null,
  work: {
    nextAction: 'submit',
    dueAt: now,
    leaseOwner: null,
    leaseUntil: null,
    lastCheckedAt: null,
    checks: 0,
    unknownChecks: 0,
    wokenAt: null,
    suggestedProviderTaskId: null,
    callbackToken: randomId(),
  },
});
