import type { GraphQLResolveInfo } from 'graphql';
import type { MaybePromise, PageRequest, TaskFilter } from '../store/store.ts';
import type { VisibleTask } from '../domain/video-task.ts';
import type { Builder } from './builder.ts';
import type { Context } from './context.ts';
import type { Enums } from './enums.ts';
import { codedError } from './errors.ts';
import { defaultPageSize, maxPageSize } from './field-costs.ts';
import { fromGlobalId, startOfId } from './global-id.ts';
import { askedFields } from './task-fields.ts';
import type { VideoTaskRef } from './video-task.ts';

/** A search string has at most this many characters. */
const maxSearchLength = 200;

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
  const Filter = builder.inputType('VideoTaskFilter', {
    description: 'A filter of tasks. Only the given fields restrict the list.',
    fields: (t) => ({
      status: t.field({ type: [enums.VideoTaskStatus], description: 'Tasks with one of these statuses.' }),
      stage: t.field({ type: [enums.VideoTaskStage], description: 'Tasks in one of these stages.' }),
      provider: t.field({ type: [enums.ProviderName], description: 'Tasks of one of these providers.' }),
      createdAfter: t.field({ type: 'DateTime', description: 'Tasks created after this time.' }),
      createdBefore: t.field({ type: 'DateTime', description: 'Tasks created before this time.' }),
      search: t.string({
        description:
          `Tasks with this string in prompt, label or ids, in any letter case; at most ${maxSearchLength} characters. ` +
          'Tasks are read until the page is full, so a rare string takes longer the more tasks the viewer has.',
      }),
    }),
  });
  builder.queryField('videoTasks', (t) =>
    t.connection(
      {
        type: VideoTaskType,
        description: `The tasks of the viewer, newest first; ${defaultPageSize} by default, at most ${maxPageSize}.`,
        args: { filter: t.arg({ type: Filter, description: 'The tasks to list.' }) },
        resolve: async (_root, { filter: asked, ...paging }, { store, viewer }) => {
          const { owner } = viewer;
          const filter = filterOf(asked ?? {});
          const page = await store.page({ ...pageOf(paging), owner, filter });
          const edges = page.tasks.map((task) => ({ cursor: toCursor(task.number), node: task }));
          return {
            edges,
            pageInfo: {
              startCursor: edges[0]?.cursor ?? null,
              endCursor: edges.at(-1)?.cursor ?? null,
              hasNextPage: page.hasNextPage,
              hasPreviousPage: page.hasPreviousPage,
            },
            // A page with no other page beside it is the whole list. Otherwise counted if it is queried, and then once.
            totalCount: once(() =>
              page.hasNextPage || page.hasPreviousPage
                ? store.countMatching(owner, filter)
                : page.tasks.length,
            ),
            revision: store.formatRevision(page.revision),
          };
        },
      },
      {
        name: 'VideoTaskConnection',
        description: 'A page of tasks, newest first.',
        fields: (connection) => ({
          totalCount: connection.int({
            description:
              'The exact number of tasks that match the filter. Counting reads all tasks of the viewer: query it once, ' +
              'not with every page. `pageInfo` does not need it.',
            resolve: (parent) => parent.totalCount(),
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

/** A task by its id, with only the fields that the query reads. */
function ownTask(
  _root: unknown,
  { id }: { readonly id: string },
  { tasks, viewer }: Context,
  info: GraphQLResolveInfo,
): MaybePromise<VisibleTask | null> {
  const taskId = fromGlobalId(id);
  if (taskId === null) return null;
  return tasks.videoTask(viewer.owner, taskId, askedFields(info));
}

/** The value of a function that is called when it is first needed, and only then. */
function once<Value>(read: () => Value): () => Value {
  let kept: { readonly value: Value } | undefined;
  return () => (kept ??= { value: read() }).value;
}

/** `VideoTaskFilter` as a caller sends it; null and absent are alike. */
type FilterInput = {
  readonly [Key in Exclude<keyof TaskFilter, 'idStart'>]?: TaskFilter[Key] | null | undefined;
};

/** @throws an error with the code BAD_INPUT for a search that is too long */
function filterOf({ status, stage, provider, createdAfter, createdBefore, search }: FilterInput): TaskFilter {
  if (search && hasMoreCharacters(search, maxSearchLength)) {
    throw codedError('BAD_INPUT', `filter.search must have at most ${maxSearchLength} characters.`);
  }
  const idStart = search ? startOfId(search) : null;
  return {
    ...(status && { status }),
    ...(stage && { stage }),
    ...(provider && { provider }),
    ...(typeof createdAfter === 'number' && { createdAfter }),
    ...(typeof createdBefore === 'number' && { createdBefore }),
    ...(search && { search }),
    ...(idStart !== null && { idStart }),
  };
}

/** True if a string has more characters than `most`. Those beyond the plane of 65,536 take two places in it. */
const hasMoreCharacters = (text: string, most: number): boolean =>
  text.length > 2 * most || (text.length > most && Array.from(text).length > most);

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
