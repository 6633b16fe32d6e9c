import { useLingui } from '@lingui/react/macro';
import { useMemo } from 'react';
import type { Task } from '../api/task.ts';
import { money } from '../i18n/format.ts';
import { useValue } from '../live/value.ts';
import { useStudio } from '../studio.ts';

/** The label of a button that pays for a task again, with its price. */
export function useRetryLabel(task: Task, action: string): string {
  const studio = useStudio();
  const { i18n, t } = useLingui();
  const price = useValue(useMemo(() => studio.prices.of(task), [studio, task]));
  if (price === undefined) return `${action} · …`;
  if (price === null) return t`${action} · price unknown`;
  return `${action} · ${money(i18n, price)}`;
}
