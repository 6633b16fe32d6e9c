import { useLingui } from '@lingui/react/macro';
import type { Viewer } from '../api/queries.ts';
import type { Task } from '../api/task.ts';
import { useSelected } from '../live/value.ts';
import { useStudio } from '../studio.ts';

const selectOwner = (viewer: Viewer | null): string | null => viewer?.owner ?? null;

/** The owner of a task that is not the viewer's own, as an admin sees it; null otherwise. */
export function useOtherOwner({ owner }: Task): string | null {
  const own = useSelected(useStudio().viewer, selectOwner);
  return own === null || own === owner ? null : owner;
}

/** The owner of a task on the picture of its card, where that is another one than the viewer. */
export function OwnerMark({ task }: { readonly task: Task }) {
  const { t } = useLingui();
  const owner = useOtherOwner(task);
  if (owner === null) return null;
  return (
    <span className="owner-mark" title={t`Owner: ${owner}`}>
      <span className="visually-hidden">{t`Owner: ${owner}`}</span>
      <span aria-hidden="true">{owner.replace(/^(?:key|jwt):/, '')}</span>
    </span>
  );
}
