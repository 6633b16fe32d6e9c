import { withinCalendar } from './calendar.ts';
import type { VideoTask } from './video-task.ts';

/** Fields that are kept as JSON text. */
const jsonFields = new Set<keyof VideoTask>([
  'providerMemo',
  'referenceImages',
  'providerOptions',
  'video',
  'error',
  'cost',
]);

/** Fields that are computed from what others say, and may be any number. */
const plannedFields = new Set<string>(['dueAt', 'leaseUntil'] satisfies (keyof VideoTask)[]);

/** The columns of `tasks`: the fields of a VideoTask in snake_case, JSON as text. */
export interface TaskRow {
  id: string;
  number: number;
  owner: string;
  stage: string;
  provider: string;
  model: string;
  provider_task_id: string | null;
  provider_status: string | null;
  provider_memo: string | null;
  tracked_id: string | null;
  prompt: string;
  label: string | null;
  use_case: string | null;
  reference_images: string;
  images_as: string;
  aspect_ratio: string;
  duration_seconds: number | null;
  resolution: string | null;
  seed: number | null;
  provider_options: string | null;
  video: string | null;
  error: string | null;
  hint: string | null;
  percent: number | null;
  cost: string | null;
  retry_of: string | null;
  callback_token: string;
  suggested_provider_task_id: string | null;
  woken_at: number | null;
  created_at: number;
  submitted_at: number | null;
  completed_at: number | null;
  updated_at: number;
  deleted_at: number | null;
  last_checked_at: number | null;
  checks: number;
  unknown_checks: number;
  next_action: string | null;
  due_at: number | null;
  lease_owner: string | null;
  lease_until: number | null;
  revision: number;
}

const parsed = <T>(text: string | null): T | null => (text === null ? null : (JSON.parse(text) as T));

/**
 * A row as the domain reads it. Written out, because every read passes here.
 * Our own writes are the only source of these rows, so their unions are trusted.
 */
export function fromRow(row: TaskRow): VideoTask {
  return {
    id: row.id as VideoTask['id'],
    number: row.number,
    owner: row.owner as VideoTask['owner'],
    stage: row.stage as VideoTask['stage'],
    provider: row.provider as VideoTask['provider'],
    model: row.model,
    providerTaskId: row.provider_task_id,
    providerStatus: row.provider_status,
    providerMemo: parsed(row.provider_memo),
    trackedId: row.tracked_id,
    prompt: row.prompt,
    label: row.label,
    useCase: row.use_case as VideoTask['useCase'],
    referenceImages: JSON.parse(row.reference_images) as VideoTask['referenceImages'],
    imagesAs: row.images_as as VideoTask['imagesAs'],
    aspectRatio: row.aspect_ratio as VideoTask['aspectRatio'],
    durationSeconds: row.duration_seconds,
    resolution: row.resolution as VideoTask['resolution'],
    seed: row.seed,
    providerOptions: parsed(row.provider_options),
    video: parsed(row.video),
    error: parsed(row.error),
    hint: row.hint,
    percent: row.percent,
    cost: parsed(row.cost),
    retryOf: row.retry_of as VideoTask['retryOf'],
    callbackToken: row.callback_token,
    suggestedProviderTaskId: row.suggested_provider_task_id,
    wokenAt: row.woken_at,
    createdAt: row.created_at,
    submittedAt: row.submitted_at,
    completedAt: row.completed_at,
    updatedAt: row.updated_at,
    deletedAt: row.deleted_at,
    lastCheckedAt: row.last_checked_at,
    checks: row.checks,
    unknownChecks: row.unknown_checks,
    nextAction: row.next_action as VideoTask['nextAction'],
    dueAt: row.due_at,
    leaseOwner: row.lease_owner,
    leaseUntil: row.lease_until,
    revision: row.revision,
  };
}

/** The columns of some fields, ready to be bound. */
export function toRow(task: VideoTask): TaskRow;
export function toRow(fields: Partial<VideoTask>): Partial<TaskRow>;
export function toRow(fields: Partial<VideoTask>): Partial<TaskRow> {
  return Object.fromEntries(
    Object.entries(fields).map(([field, value]) => [
      columnOf(field),
      value !== null && jsonFields.has(field as keyof VideoTask)
        ? JSON.stringify(value)
        : typeof value === 'number' && plannedFields.has(field)
          ? withinCalendar(value)
          : value,
    ]),
  );
}

const columnOf = (field: string): string => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
