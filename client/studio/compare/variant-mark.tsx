import { useLingui } from '@lingui/react/macro';
import { useMemo } from 'react';
import type { Task } from '../api/task.ts';
import { useValue } from '../live/value.ts';
import { useStudio } from '../studio.ts';
import { Icon } from '../ui/icon.tsx';
import { variantsAmong } from './variants.ts';

/** The position of a task among its variants, which opens them side by side. Nothing for a task without any. */
export function VariantMark({ task }: { readonly task: Task }) {
  return task.group === null ? null : <MarkOf task={task} group={task.group} />;
}

interface MarkProps {
  readonly task: Task;
  readonly group: string;
}

function MarkOf({ task, group }: MarkProps) {
  const studio = useStudio();
  const { t } = useLingui();
  const members = useValue(useMemo(() => studio.tasks.ofGroup(group), [studio, group]));
  const variants = variantsAmong(members, task);
  const index = variants.findIndex((each) => each.task.id === task.id) + 1;
  const count = variants.length;
  if (count < 2 || index === 0) return null;
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
