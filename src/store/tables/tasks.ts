import { withinCalendar } from '../../domain/calendar.ts';
import type { VideoTask } from '../../domain/video-task.ts';

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

/** The columns in the order in which a row's values are read. */
export const taskColumns = [
  'id',
  'number',
  'owner',
  'stage',
  'provider',
  'model',
  'provider_task_id',
  'provider_status',
  'provider_memo',
  'tracked_id',
  'prompt',
  'label',
  'use_case',
  'reference_images',
  'images_as',
  'aspect_ratio',
  'duration_seconds',
  'resolution',
  'seed',
  'provider_options',
  'video',
  'error',
  'hint',
  'percent',
  'cost',
  'retry_of',
  'callback_token',
  'suggested_provider_task_id',
  'woken_at',
  'created_at',
  'submitted_at',
  'completed_at',
  'updated_at',
  'deleted_at',
  'last_checked_at',
  'checks',
  'unknown_checks',
  'next_action',
  'due_at',
  'lease_owner',
  'lease_until',
  'revision',
] as const satisfies readonly (keyof TaskRow)[];

type ValuesOf<Columns extends readonly (keyof TaskRow)[]> = {
  readonly [Place in keyof Columns]: TaskRow[Columns[Place]];
};
/** The values of a row, in the order of `taskColumns`. */
export type TaskValues = ValuesOf<typeof taskColumns>;

const parsed = <T>(text: string | null): T | null => (text === null ? null : (JSON.parse(text) as T));

/**
 * A row as the domain reads it, by the places of its columns. Written out, because every read passes here: as an
 * object with names in between it cost 2.5 µs more.
 * Our own writes are the only source of these rows, so their unions are trusted.
 */
export function fromValues(values: TaskValues): VideoTask {
  return {
    id: values[0] as VideoTask['id'],
    number: values[1],
    owner: values[2] as VideoTask['owner'],
    stage: values[3] as VideoTask['stage'],
    provider: values[4] as VideoTask['provider'],
    model: values[5],
    providerTaskId: values[6],
    providerStatus: values[7],
    providerMemo: parsed(values[8]),
    trackedId: values[9],
    prompt: values[10],
    label: values[11],
    useCase: values[12] as VideoTask['useCase'],
    referenceImages: JSON.parse(values[13]) as VideoTask['referenceImages'],
    imagesAs: values[14] as VideoTask['imagesAs'],
    aspectRatio: values[15] as VideoTask['aspectRatio'],
    durationSeconds: values[16],
    resolution: values[17] as VideoTask['resolution'],
    seed: values[18],
    providerOptions: parsed(values[19]),
    video: parsed(values[20]),
    error: parsed(values[21]),
    hint: values[22],
    percent: values[23],
    cost: parsed(values[24]),
    retryOf: values[25] as VideoTask['retryOf'],
    callbackToken: values[26],
    suggestedProviderTaskId: values[27],
    wokenAt: values[28],
    createdAt: values[29],
    submittedAt: values[30],
    completedAt: values[31],
    updatedAt: values[32],
    deletedAt: values[33],
    lastCheckedAt: values[34],
    checks: values[35],
    unknownChecks: values[36],
    nextAction: values[37] as VideoTask['nextAction'],
    dueAt: values[38],
    leaseOwner: values[39],
    leaseUntil: values[40],
    revision: values[41],
  };
}

/** A row with its names, as queries that are not read all the time give it. */
export const fromRow = (row: TaskRow): VideoTask =>
  fromValues(valuesOf(row, taskColumns) as unknown as TaskValues);

/** The values of some columns of a row. */
export const valuesOf = (row: Partial<TaskRow>, columns: readonly (keyof TaskRow)[]): readonly unknown[] =>
  columns.map((column) => row[column]);

/** Reads some fields of a task from the values of their columns, in the same order. */
export function fieldsFrom<Field extends keyof VideoTask>(
  fields: readonly Field[],
): (values: readonly unknown[]) => Pick<VideoTask, Field> {
  const parts = fields.map((field) => ({ field, isJson: jsonFields.has(field) }));
  return (values) => {
    const task: Record<string, unknown> = {};
    let place = 0;
    for (const { field, isJson } of parts) {
      const value = values[place++];
      task[field] = isJson && typeof value === 'string' ? JSON.parse(value) : value;
    }
    return task as Pick<VideoTask, Field>;
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

const columns = new Map<string, keyof TaskRow>(
  taskColumns.map((column) => [column.replace(/_./g, ([, letter = '']) => letter.toUpperCase()), column]),
);

/** The column of a field. */
export function columnOf(field: string): keyof TaskRow {
  const column = columns.get(field);
  if (column === undefined) throw new Error(`A task has no field ${field}`);
  return column;
}
