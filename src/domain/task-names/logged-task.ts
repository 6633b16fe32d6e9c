import { toGlobalId } from './global-id.ts';
import type { Owner, TaskId, VideoTask } from '../video-task.ts';

/** The fields by which a line of the log names a task. */
export interface LoggedTask {
  /** The id as the API shows it. */
  readonly task: string;
  readonly label: string | null;
  readonly owner: Owner;
}

/** The fields of a line of the log that is about a task: whoever reads it finds the task through the API by them. */
export const loggedTask = ({
  id,
  owner,
  spec: { label },
}: Pick<VideoTask, 'owner'> & {
  readonly id: TaskId;
  readonly spec: Pick<VideoTask['spec'], 'label'>;
}): LoggedTask => ({
  task: toGlobalId(id),
  label,
  owner,
});

/** A text for the log without the queries, fragments and credentials of its addresses, which may be secrets. */
export const withoutQueries = (text: string): string =>
  text.replace(/(\bhttps?:\/\/)(?:[^\s/?#@]*@)?([^\s?#"'<>]*)(?:[?#][^\s"'<>]*)?/gi, '$1$2');
