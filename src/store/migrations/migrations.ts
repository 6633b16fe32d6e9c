import type { Kysely } from 'kysely';
import type { Migration, MigrationProvider } from 'kysely/migration';
import { money } from './0002.ts';
import { bounds } from './0003.ts';
import { fairness } from './0004.ts';
import { lists } from './0005.ts';
import { uploadBytes } from './0006.ts';
import { openTasks } from './0007.ts';
import { soundAndAvoidance } from './0008.ts';
import { epochIdentity } from './0009.ts';
import { storedMedia } from './0010.ts';
import { instances } from './0011.ts';
import { providerFacts } from './0012.ts';
import { taskCounts } from './0013.ts';
import { groups } from './0014.ts';
import { filters } from './0015.ts';
import { costsByDay, messageContents } from './0016.ts';
import { searchIndex } from './0018.ts';
import { searchGaps } from './0019.ts';
import { searchRuns } from './0020.ts';
import { listsOfAll } from './0021.ts';

const first: Migration = {
  async up(db: Kysely<never>) {
    await db.schema
      .createTable('tasks')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('number', 'bigint', (column) => column.notNull())
      .addColumn('owner', 'text', (column) => column.notNull())
      .addColumn('stage', 'text', (column) => column.notNull())
      .addColumn('provider', 'text', (column) => column.notNull())
      .addColumn('model', 'text', (column) => column.notNull())
      .addColumn('provider_task_id', 'text')
      .addColumn('provider_status', 'text')
      .addColumn('provider_memo', 'text')
      .addColumn('prompt', 'text', (column) => column.notNull())
      .addColumn('label', 'text')
      .addColumn('use_case', 'text')
      .addColumn('reference_images', 'text', (column) => column.notNull())
      .addColumn('images_as', 'text', (column) => column.notNull())
      .addColumn('aspect_ratio', 'text', (column) => column.notNull())
      .addColumn('duration_seconds', 'integer')
      .addColumn('resolution', 'text')
      .addColumn('seed', 'bigint')
      .addColumn('provider_options', 'text')
      .addColumn('video', 'text')
      .addColumn('error', 'text')
      .addColumn('hint', 'text')
      .addColumn('percent', 'integer')
      .addColumn('cost', 'text')
      .addColumn('retry_of', 'text')
      .addColumn('callback_token', 'text', (column) => column.notNull())
      .addColumn('suggested_provider_task_id', 'text')
      .addColumn('woken_at', 'bigint')
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('submitted_at', 'bigint')
      .addColumn('completed_at', 'bigint')
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .addColumn('deleted_at', 'bigint')
      .addColumn('last_checked_at', 'bigint')
      .addColumn('checks', 'integer', (column) => column.notNull())
      .addColumn('unknown_checks', 'integer', (column) => column.notNull())
      .addColumn('next_action', 'text')
      .addColumn('due_at', 'bigint')
      .addColumn('lease_owner', 'text')
      .addColumn('lease_until', 'bigint')
      .addColumn('revision', 'bigint', (column) => column.notNull())
      .execute();
    // A page, newest first.
    await db.schema.createIndex('tasks_page').on('tasks').columns(['owner', 'number']).execute();
    // What is new, for one owner and for all.
    await db.schema.createIndex('tasks_changes').unique().on('tasks').column('revision').execute();
    await db.schema.createIndex('tasks_owner_changes').on('tasks').columns(['owner', 'revision']).execute();
    // Unfinished tasks of one owner.
    await db.schema
      .createIndex('tasks_open')
      .on('tasks')
      .columns(['owner', 'revision'])
      .where('completed_at' as never, 'is', null)
      .execute();
    // Due work without a lease, and work with one: the cost of a claim does not grow with the rows.
    await db.schema
      .createIndex('tasks_due')
      .on('tasks')
      .columns(['provider', 'due_at'])
      .where('next_action' as never, 'is not', null)
      .where('lease_owner' as never, 'is', null)
      .execute();
    await db.schema
      .createIndex('tasks_leased')
      .on('tasks')
      .columns(['provider', 'lease_until'])
      .where('lease_owner' as never, 'is not', null)
      .execute();
    // A provider's id belongs to one task in the whole database.
    await db.schema
      .createIndex('tasks_provider_task')
      .unique()
      .on('tasks')
      .columns(['provider', 'provider_task_id'])
      .where('provider_task_id' as never, 'is not', null)
      .execute();
    await db.schema.createIndex('tasks_callback').unique().on('tasks').column('callback_token').execute();

    await db.schema
      .createTable('transitions')
      .addColumn('task_id', 'text', (column) => column.notNull())
      .addColumn('seq', 'integer', (column) => column.notNull())
      .addColumn('stage', 'text', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('reason', 'text')
      .addPrimaryKeyConstraint('transitions_pk', ['task_id', 'seq'] as never)
      .execute();

    await db.schema
      .createTable('idempotency_keys')
      .addColumn('owner', 'text', (column) => column.notNull())
      .addColumn('key', 'text', (column) => column.notNull())
      .addColumn('input_hash', 'text', (column) => column.notNull())
      .addColumn('task_id', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('idempotency_keys_pk', ['owner', 'key'] as never)
      .execute();

    await db.schema
      .createTable('revision_counter')
      .addColumn('id', 'integer', (column) => column.primaryKey())
      .addColumn('value', 'bigint', (column) => column.notNull())
      .execute();
    await db
      .insertInto('revision_counter' as never)
      .values({ id: 1, value: 0 })
      .execute();

    await db.schema
      .createTable('epochs')
      .addColumn('seq', 'integer', (column) => column.primaryKey())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('first_revision', 'bigint', (column) => column.notNull())
      .execute();

    await db.schema
      .createTable('uploads')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('owner', 'text', (column) => column.notNull())
      .addColumn('media_key', 'text', (column) => column.notNull())
      .addColumn('content_type', 'text', (column) => column.notNull())
      .addColumn('width', 'integer', (column) => column.notNull())
      .addColumn('height', 'integer', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('used_at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('uploads_used').on('uploads').column('used_at').execute();

    await db.schema
      .createTable('create_budget')
      .addColumn('provider', 'text', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex('create_budget_window')
      .on('create_budget')
      .columns(['provider', 'at'])
      .execute();
  },
};

/** Every change of the tables, in order. Applied ones are never edited. */
export const migrations: MigrationProvider = {
  getMigrations: () =>
    Promise.resolve({
      '0001_first': first,
      '0002_money': money,
      '0003_bounds': bounds,
      '0004_fairness': fairness,
      '0005_lists': lists,
      '0006_upload_bytes': uploadBytes,
      '0007_open_tasks': openTasks,
      '0008_sound_and_avoidance': soundAndAvoidance,
      '0009_epoch_identity': epochIdentity,
      '0010_stored_media': storedMedia,
      '0011_instances': instances,
      '0012_provider_facts': providerFacts,
      '0013_task_counts': taskCounts,
      '0014_groups': groups,
      '0015_filters': filters,
      '0016_message_contents': messageContents,
      '0017_costs_by_day': costsByDay,
      '0018_search_index': searchIndex,
      '0019_search_gaps': searchGaps,
      '0020_search_runs': searchRuns,
      '0021_lists_of_all': listsOfAll,
    }),
};
