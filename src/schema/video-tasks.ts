import type { GraphQLResolveInfo } from 'graphql';
import type { Page, PageRequest, TaskFilter } from '../store/task-list.ts';
import type { MaybePromise, Store } from '../store/store.ts';
import type { Owner, VisibleTask } from '../domain/video-task.ts';
import { listedOwner, onTask } from './access.ts';
import type { Builder } from './builder.ts';
import type { Context } from './context.ts';
import type { Enums } from './enums.ts';
import { codedError } from './errors.ts';
import { defaultPageSize, maxPageSize } from './field-costs.ts';
import { fromGlobalId } from '../domain/task-names/global-id.ts';
import { askedFields } from './task-fields.ts';
import { declareVideoTaskFilter, filterOf } from './task-filters.ts';
import type { VideoTaskRef } from './video-task.ts';

/** A search is counted up to this number: each task that it finds is read, 4 to 10 µs. */
const mostFound = 1000;

/** The queries of tasks: one by id, and all as a connection. */
export function declareVideoTaskQueries(builder: Builder, enums: Enums, VideoTaskType: VideoTaskRef): void {
  builder.queryField('videoTask', (t) =>
    t.field({
      type: VideoTaskType,
      nullable: true,
      description:
        'A task by id; null for an unknown, deleted or malformed id, and for the id of another owner.',
      args: { id: t.arg.id({ required: true, description: 'The id of the task.' }) },
      resolve: ownTask,
    }),
  );
  builder.queryField('node', (t) =>
    t.field({
      type: builder.nodeInterfaceRef(),
      nullable: true,
      description: 'An object by its global id; null as for `videoTask`.',
      args: { id: t.arg.id({ required: true, description: 'The global id.' }) },
      resolve: ownTask,
    }),
  );
  const Filter = declareVideoTaskFilter(builder, enums);
  builder.queryField('videoTasks', (t) =>
    t.connection(
      {
        type: VideoTaskType,
        description: `The tasks of the viewer, for an admin those of all owners, newest first; ${defaultPageSize} by default, at most ${maxPageSize}.`,
        args: { filter: t.arg({ type: Filter, description: 'The tasks to list.' }) },
        resolve: async (_root, { filter: asked, ...paging }, { store, viewer }) => {
          const owner = listedOwner(viewer, asked?.owner);
          const filter = filterOf(asked ?? {});
          const page = await store.page({ ...pageOf(paging), owner, filter });
          const edges = page.tasks.map((task) => ({ cursor: toCursor(task.number), node: task }));
          return {
            edges,
            pageInfo: {
              ...cursorsOf(page, paging),
              hasNextPage: page.hasNextPage,
              hasPreviousPage: page.hasPreviousPage,
            },
            // If it is queried, and then once.
            count: once(() => countTasks(store, owner, filter, page)),
            revision: store.formatRevision(page.revision),
          };
        },
      },
      {
        name: 'VideoTaskConnection',
        description:
          'A page of tasks, newest first. It may end early, even empty, where more of a `search` or of a rare combination of ' +
          'filters would take too much work: `hasNextPage` is then true, and `after: endCursor` continues.',
        fields: (connection) => ({
          totalCount: connection.int({
            description:
              'The number of tasks that match the filter: exact, except that a `search` is not counted beyond ' +
              `${mostFound}, and \`totalCountExact\` tells. It is known at once without a filter, and for statuses and ` +
              'providers. With a stage, a time, a label, a group or a `search` the tasks that match are counted: query it once ' +
              'then, not with every page. `pageInfo` does not need it.',
            resolve: async (parent) => (await parent.count()).total,
          }),
          totalCountExact: connection.boolean({
            description:
              `False where there may be more: a \`search\` finds more than ${mostFound} tasks, and \`totalCount\` is ${mostFound}, ` +
              'or counting took too much work, and `totalCount` is how many were found until then.',
            resolve: async (parent) => (await parent.count()).isExact,
          }),
          revision: connection.string({
            description:
              'The revision as of which the page was read. A subscription with `after: revision` misses nothing.',
            resolve: (parent) => parent.revision,
          }),
        }),
      },
      { name: 'VideoTaskEdge', description: 'A task and its position in the list.' },
    ),
  );
}

interface TaskCount {
  readonly total: number;
  /** False: there are more. */
  readonly isExact: boolean;
}

async function countTasks(
  store: Store,
  owner: Owner | null,
  filter: TaskFilter,
  page: Page,
): Promise<TaskCount> {
  // A page with no other page beside it is the whole list.
  if (!page.hasNextPage && !page.hasPreviousPage) return { total: page.tasks.length, isExact: true };
  const most = filter.search ? mostFound : Number.POSITIVE_INFINITY;
  const { count, isExact } = await store.countMatching(owner, filter, most + 1);
  return { total: Math.min(count, most), isExact: isExact && count <= most };
}

/** The cursors of a page. Where it ended early, the next one begins where it ended, not at its last task. */
function cursorsOf({ tasks, reached }: Page, { last }: PagingArguments) {
  const [first, end] = [tasks[0]?.number, tasks.at(-1)?.number];
  const [start, stop] = typeof last === 'number' ? [reached ?? first, end] : [first, reached ?? end];
  return {
    startCursor: start === undefined ? null : toCursor(start),
    endCursor: stop === undefined ? null : toCursor(stop),
  };
}

/** A task by its id, with only the fields that the query reads. */
function ownTask(
  _root: unknown,
  { id }: { readonly id: string },
  context: Context,
  info: GraphQLResolveInfo,
): MaybePromise<VisibleTask | null> {
  const taskId = fromGlobalId(id);
  if (taskId === null) return null;
  return onTask(context, taskId, (owner) => context.tasks.videoTask(owner, taskId, askedFields(info)));
}

/** The value of a function that is called when it is first needed, and only then. */
function once<Value>(read: () => Value): () => Value {
  let kept: { readonly value: Value } | undefined;
  return () => (kept ??= { value: read() }).value;
}

interface PagingArguments {
  readonly first?: number | null | undefined;
  readonly last?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly before?: string | null | undefined;
}

function pageOf({ first, last, after, before }: PagingArguments): Omit<PageRequest, 'owner' | 'filter'> {
  if (typeof first === 'number' && typeof last === 'number') {
    throw codedError('BAD_INPUT', 'first and last cannot be given together: choose one.');
  }
  const size = first ?? last ?? defaultPageSize;
  if (size < 0 || size > maxPageSize) {
    throw codedError('BAD_INPUT', `first and last must be from 0 to ${maxPageSize}.`);
  }
  return {
    from: typeof last === 'number' ? 'oldest' : 'newest',
    limit: size,
    ...(typeof after === 'string' && { after: fromCursor(after, 'after') }),
    ...(typeof before === 'string' && { before: fromCursor(before, 'before') }),
  };
}

const toCursor = (number: number): string => Buffer.from(`n:${number}`).toString('base64url');

function fromCursor(cursor: string, argument: string): number {
  const [, digits] = /^n:(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  // Node passes over what is no base64url.
  if (digits === undefined || toCursor(Number(digits)) !== cursor) {
    throw codedError(
      'BAD_INPUT',
      `${argument} is not a cursor of this list: take it from pageInfo or an edge.`,
    );
  }
  return Number(digits);
}
