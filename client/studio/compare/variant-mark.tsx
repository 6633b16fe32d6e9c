import { useLingui } from '@lingui/react/macro';
import { useSyncExternalStore } from 'react';
import type { Task } from '../api/task.ts';
import { useStudio } from '../studio.ts';
import { Icon } from '../ui/icon.tsx';
import { positionAmong } from './variants.ts';

/** The position of a task among its variants, which opens them side by side. Nothing for a task without any. */
export function VariantMark({ task }: { readonly task: Task }) {
  const studio = useStudio();
  const { t } = useLingui();
  const { list } = studio.tasks;
  // A string: a change of another task renders nothing.
  const position = useSyncExternalStore(list.subscribe, () => positionAmong(list.get(), task));
  if (position === '') return null;
  const [index, count] = position.split('/');
  return (
    <button
      type="button"
      className="variant-mark"
      aria-label={t`${index} of ${count}: compare the variants`}
      title={t`Compare the variants`}
      onClick={() => studio.compared.set(task)}
    >
      <Icon name="compare" />
      {t`${index} of ${count}`}
    </button>
  );
}
