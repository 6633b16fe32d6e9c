import { isText, lengthOf, maxGroupLength, maxLabelLength } from '../commands/check-input.ts';
import type { FeedFilter } from '../events/feed.ts';
import type { TaskFilter } from '../store/task-list.ts';
import type { Builder } from './builder.ts';
import type { Enums } from './enums.ts';
import { codedError } from './errors.ts';
import { startOfId } from '../domain/task-names/global-id.ts';

/** A search string has at most this many characters. */
const maxSearchLength = 200;

/** Declares the filter of lists. */
export const declareVideoTaskFilter = (builder: Builder, enums: Enums) =>
  builder.inputType('VideoTaskFilter', {
    description: 'A filter of tasks. Only the given fields restrict the list.',
    fields: (t) => ({
      status: t.field({ type: [enums.VideoTaskStatus], description: 'Tasks with one of these statuses.' }),
      stage: t.field({ type: [enums.VideoTaskStage], description: 'Tasks in one of these stages.' }),
      provider: t.field({ type: [enums.ProviderName], description: 'Tasks of one of these providers.' }),
      label: t.string({ description: 'Tasks with exactly this label.' }),
      group: t.string({ description: 'Tasks of this group.' }),
      owner: t.string({
        description:
          'For an admin: tasks of this owner, not of all. Any other viewer may name itself alone, or `FORBIDDEN`.',
      }),
      createdAfter: t.field({ type: 'DateTime', description: 'Tasks created after this time.' }),
      createdBefore: t.field({ type: 'DateTime', description: 'Tasks created before this time.' }),
      endedAfter: t.field({
        type: 'DateTime',
        description: 'Tasks that ended after this time, with or without a video.',
      }),
      search: t.string({
        description:
          `Tasks with this string in prompt, label or ids, in any letter case; at most ${maxSearchLength} characters. ` +
          'Found by an index, however many tasks the viewer has; `totalCount` ends at a bound, and `totalCountExact` tells.',
      }),
    }),
  });

/** Declares the filter of the feed without `id`. */
export const declareTaskFeedFilter = (builder: Builder) =>
  builder.inputType('TaskFeedFilter', {
    description:
      'A filter of the events of all tasks of the viewer. Only the given fields restrict them; both never change in the ' +
      'life of a task.',
    fields: (t) => ({
      label: t.string({ description: 'Tasks with exactly this label.' }),
      group: t.string({ description: 'Tasks of this group.' }),
    }),
  });

/** A filter as a caller sends it; null and absent are alike. */
type AsSent<Filter> = { readonly [Key in keyof Filter]?: Filter[Key] | null | undefined };

/** @throws an error with the code BAD_INPUT for a string that is too long or not text */
export function filterOf(sent: AsSent<Omit<TaskFilter, 'idStart'>>): TaskFilter {
  const { status, stage, provider, createdAfter, createdBefore, endedAfter, search } = sent;
  if (search && hasMoreCharacters(search, maxSearchLength)) {
    throw codedError('BAD_INPUT', `filter.search must have at most ${maxSearchLength} characters.`);
  }
  const idStart = search ? startOfId(search) : null;
  return {
    ...labelAndGroupOf(sent),
    ...(status && { status }),
    ...(stage && { stage }),
    ...(provider && { provider }),
    ...(typeof createdAfter === 'number' && { createdAfter }),
    ...(typeof createdBefore === 'number' && { createdBefore }),
    ...(typeof endedAfter === 'number' && { endedAfter }),
    ...(search && { search }),
    ...(idStart !== null && { idStart }),
  };
}

/**
 * The filter of a feed; null where it lets every task pass.
 *
 * @throws an error with the code BAD_INPUT for a string that is too long or not text
 */
export function feedFilterOf(sent: AsSent<FeedFilter> | null | undefined): FeedFilter | null {
  const filter = labelAndGroupOf(sent ?? {});
  return filter.label === undefined && filter.group === undefined ? null : filter;
}

function labelAndGroupOf({ label, group }: AsSent<FeedFilter>): FeedFilter {
  return {
    ...(typeof label === 'string' && { label: checked('label', label, maxLabelLength) }),
    ...(typeof group === 'string' && { group: checked('group', group, maxGroupLength) }),
  };
}

/** Databases refuse what is not text, and no task has a longer string. */
function checked(name: string, text: string, maxLength: number): string {
  if (hasMoreCharacters(text, maxLength) || !isText(text)) {
    throw codedError(
      'BAD_INPUT',
      `filter.${name} must be well-formed text of at most ${maxLength} characters.`,
    );
  }
  return text;
}

/** True if a string has more characters than `most`. Those beyond the plane of 65,536 take two places in it. */
const hasMoreCharacters = (text: string, most: number): boolean =>
  text.length > 2 * most || (text.length > most && lengthOf(text) > most);
