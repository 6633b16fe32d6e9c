import { useLingui } from '@lingui/react/macro';
import { useEffect, useMemo } from 'react';
import { isTerminal, type SeenTask } from '../live/progress.ts';
import { useSelected, useValue } from '../live/value.ts';
import { useRoute } from '../route.ts';
import { useStudio } from '../studio.ts';
import { titleOf } from '../task/title.ts';

const maxLength = 60;

/** Keeps the title of the window: the open task or page, or how many videos are being made. */
export function WindowTitle(): null {
  const studio = useStudio();
  const { t } = useLingui();
  const route = useRoute();
  const running = useSelected(studio.tasks.list, countRunning);
  const openId = route.kind === 'task' ? route.id : '';
  const open = useValue(useMemo(() => studio.tasks.of(openId), [studio, openId]));
  const page =
    route.kind === 'task'
      ? open === null
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

const countRunning = (tasks: readonly SeenTask[]): number =>
  tasks.reduce((count, { task }) => (isTerminal(task) ? count : count + 1), 0);
