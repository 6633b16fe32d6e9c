import type { MediaKind } from '../media-records.ts';
import type { TaskRow } from './tasks.ts';

/** One step of a task's life. */
export interface TransitionRow {
  task_id: string;
  /** Order within the task. */
  seq: number;
  stage: string;
  at: number;
  reason: string | null;
  /** JSON. */
  reason_messages: string | null;
}

/** A key stays when its task is deleted. */
export interface IdempotencyRow {
  owner: string;
  key: string;
  input_hash: string;
  task_id: string;
}

/** The cost of one task's attempt; stays when the task is deleted. */
export interface LedgerRow {
  /** The task's; for a second bill of one task followed by a space and the provider's id of it. */
  task_id: string;
  owner: string;
  provider: string;
  model: string;
  month: string;
  label: string | null;
  at: number;
  /** Millionths of a dollar: sums stay exact. */
  micros: number;
  credits: number | null;
  /** 0: our estimate; 1: reported by the provider. */
  settled: number;
}

/** The tables as Kysely types them. */
export interface Database {
  tasks: TaskRow;
  transitions: TransitionRow;
  idempotency_keys: IdempotencyRow;
  /** One row: the last revision. Its lock puts revisions into commit order. */
  revision_counter: { id: number; value: number };
  /** One row for each unbroken history of this database; see revision.ts. */
  epochs: { seq: number; name: string; first_revision: number; identity: string | null };
  uploads: {
    id: string;
    owner: string;
    media_key: string;
    content_type: string;
    width: number;
    height: number;
    created_at: number;
    used_at: number;
    bytes: number;
  };
  /** Files that were begun and that no row names yet. */
  begun_media: { media_key: string; at: number };
  /** Files that rows name. */
  stored_media: {
    media_key: string;
    kind: MediaKind;
    /** Null for an upload. */
    task_id: string | null;
    bytes: number;
    at: number;
  };
  /** The sum of those by kind. */
  media_use: { kind: MediaKind; files: number; bytes: number };
  /** One row for each create that a provider's budget counts. */
  create_budget: { provider: string; at: number };
  create_pauses: { provider: string; until: number };
  /** The last claim of each owner's work for sending: a count, not a time. */
  turns: { provider: string; owner: string; turn: number };
  /** The number of tasks of an owner that have not ended. */
  open_tasks: { owner: string; count: number };
  /** The number of tasks that are not deleted; triggers keep it. */
  task_counts: { owner: string; provider: string; status: string; count: number };
  /** What is known of an owner's tasks with some thousand neighbouring numbers; triggers keep it. See reads/task-spans.ts. */
  task_spans: {
    owner: string;
    span: number;
    /** Those that are not deleted. */
    tasks: number;
    /** No task of the span was created, or has ended, outside of these times. */
    first_created: number;
    last_created: number;
    first_ended: number | null;
    last_ended: number | null;
  };
  /** What providers report now and then, as JSON. */
  provider_facts: { provider: string; key: string; value: string; at: number };
  ledger: LedgerRow;
  /** The sum of the ledger by owner and UTC month, such as 2026-11. */
  spending: { owner: string; month: string; micros: number };
  /** One row for each process that has the database open. */
  instances: { id: string; own_media: number; since: number; until: number };
  /** Who does what one instance does at a time, and for how long unless it says more. */
  duties: { name: string; holder: string; until: number };
  provider_states: { provider: string; breaker: string | null; called_back_at: number | null };
  /** Segments of the search index: begun, ready (searches use them) or dropped. */
  search_segments: {
    id: number;
    owner: string;
    state: 'begun' | 'ready' | 'dropped';
    first_number: number;
    last_number: number;
    rows: number;
    /** Of each page of postings, as 64-bit floating-point numbers. */
    first_grams: Uint8Array;
    /** Of each block of numbers, as 64-bit floating-point numbers. */
    first_numbers: Uint8Array;
  };
  /** Pages of segments, by ids that their segment's follows from. */
  search_pages: { id: number; data: Uint8Array };
  /** Tasks that changed after they were indexed; triggers note them. */
  search_changes: { owner: string; number: number; revision: number; at: number };
}
