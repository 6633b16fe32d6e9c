import type { TaskRow } from './task-row.ts';

/** One step of a task's life. */
export interface TransitionRow {
  task_id: string;
  /** Order within the task. */
  seq: number;
  stage: string;
  at: number;
  reason: string | null;
}

/** A key stays when its task is deleted. */
export interface IdempotencyRow {
  owner: string;
  key: string;
  input_hash: string;
  task_id: string;
}

/** The tables as Kysely types them. */
export interface Database {
  tasks: TaskRow;
  transitions: TransitionRow;
  idempotency_keys: IdempotencyRow;
  /** One row: the last revision. Its lock puts revisions into commit order. */
  revision_counter: { id: number; value: number };
  /** One row for each unbroken history of this database; see revision.ts. */
  epochs: { seq: number; name: string; first_revision: number };
  uploads: {
    id: string;
    owner: string;
    media_key: string;
    content_type: string;
    width: number;
    height: number;
    created_at: number;
    used_at: number;
  };
  /** One row for each create that a provider's budget counts. */
  create_budget: { provider: string; at: number };
}
