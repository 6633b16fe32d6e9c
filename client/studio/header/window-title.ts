import { useLingui } from '@lingui/react/macro';
import { useEffect } from 'react';
import { isTerminal } from '../live/progress.ts';
import { useValue } from '../live/value.ts';
import { useRoute } from '../route.ts';
import { useStudio } from '../studio.ts';
import { titleOf } from '../task/title.ts';

const maxLength = 60;

/**
 * Keeps the title of the window: the open task or page, or how many videos are being made. A component of its own: each
 * change of a task renders it.
 */
export function WindowTitle(): null {
  const studio = useStudio();
  const { t } = useLingui();
  const route = useRoute();
  const tasks = useValue(studio.tasks.list);
  const open = route.kind === 'task' ? tasks.find(({ task }) => task.id === route.id) : undefined;
  const running = tasks.filter(({ task }) => !isTerminal(task)).length;
  const page =
    route.kind === 'task'
      ? open === undefined
        ? t`Video`
        : titleOf(open.task, t`Video`).slice(0, maxLength)
      : route.kind === 'costs'
        ? t`Costs`
        : null;
  const title = page === null ? `${running === 0 ? '' : `(${running}) `}Reelay` : `${page} · Reelay`;
  useEffect(() => {
    document.title = title;
  }, [title]);
  return null;
}
