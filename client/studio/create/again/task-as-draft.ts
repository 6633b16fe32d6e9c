import type { ResultOf } from 'gql.tada';
import { graphql } from '../../api/graphql.ts';
import type { Task } from '../../api/task.ts';
import type { Draft } from '../draft.ts';

/** The settings of a task that a card does not show. */
export const SettingsQuery = graphql(`
  query Settings($id: ID!) {
    videoTask(id: $id) {
      seed
      imagesAs
      providerOptions
    }
  }
`);
/** Those settings. */
export type HiddenSettings = NonNullable<ResultOf<typeof SettingsQuery>['videoTask']>;

/** The caller's own words; for a task without them, such as a tracked one, nothing. */
export const wordsOf = ({ userPrompt, prompt, useCase }: Task): string =>
  userPrompt ?? (useCase === null ? prompt : '');

/**
 * The contents of the form that ask for the same video again, without its images.
 *
 * @param model the id under which the provider lists the task's model; images may have selected another name
 */
export const draftOfTask = (task: Task, model: string, hidden: HiddenSettings): Partial<Draft> => ({
  prompt: wordsOf(task),
  useCase: task.useCase,
  label: task.label ?? '',
  imagesAs: hidden.imagesAs,
  provider: task.provider,
  model,
  negativePrompt: task.negativePrompt ?? '',
  audio: task.audio,
  aspectRatio: task.aspectRatio,
  durationSeconds: task.durationSeconds,
  resolution: task.resolution,
  seed: hidden.seed === null ? '' : String(hidden.seed),
  providerOptions: hidden.providerOptions === null ? '' : JSON.stringify(hidden.providerOptions, null, 1),
  count: 1,
});
