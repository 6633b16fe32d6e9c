import { useLingui } from '@lingui/react/macro';
import { memo, useMemo, useState, type FocusEvent, type MouseEvent, type PointerEvent } from 'react';
import { briefMoment, moment } from '../i18n/format.ts';
import { VariantMark } from '../compare/variant-mark.tsx';
import { isTerminal, type SeenTask } from '../live/progress.ts';
import { useValue } from '../live/value.ts';
import { openTask, pathOf } from '../route.ts';
import { useStudio } from '../studio.ts';
import { TaskActions } from '../task/task-actions.tsx';
import { titleOf } from '../task/title.ts';
import { CardMarks } from './card-marks.tsx';
import { MediaBox } from './media-box.tsx';
import { Outcome } from './outcome.tsx';
import { OwnerMark } from './owner-mark.tsx';
import { StatusBadge } from './status-badge.tsx';
import { TaskProgress } from './task-progress.tsx';

interface TaskCardProps {
  readonly id: string;
  /** Position in the order in which players in view are created. */
  readonly delayStep: number;
}

/** One task in the gallery, rendered again only when it has changed. Its size never changes: nothing moves when it completes. */
export const TaskCard = memo(function TaskCard({ id, delayStep }: TaskCardProps) {
  const { tasks } = useStudio();
  const seen = useValue(useMemo(() => tasks.of(id), [tasks, id]));
  // Deleted, and in the list until that is published.
  return seen === null ? null : <Card seen={seen} delayStep={delayStep} />;
});

interface CardProps extends Pick<TaskCardProps, 'delayStep'> {
  readonly seen: SeenTask;
}

function Card({ seen, delayStep }: CardProps) {
  const { task } = seen;
  const { i18n, t } = useLingui();
  const [isPreviewing, setIsPreviewing] = useState(false);
  const open = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    openTask(task.id);
  };
  const title = titleOf(task, t`Video`);
  const isSettled = isTerminal(task) || task.stage === 'SUBMISSION_UNKNOWN';
  return (
    <article
      className="card"
      data-task={task.id}
      data-stage={task.stage}
      aria-label={title.slice(0, 120)}
      // A finger has no hover: it presses.
      onPointerEnter={({ pointerType }: PointerEvent) => setIsPreviewing(pointerType === 'mouse')}
      onPointerLeave={() => setIsPreviewing(false)}
      onFocus={({ target }: FocusEvent) => setIsPreviewing(target.matches('.card-title a, .play'))}
      onBlur={() => setIsPreviewing(false)}
    >
      <div className="card-picture">
        <MediaBox task={task} delayStep={delayStep} isPreviewing={isPreviewing} />
        <CardMarks id={task.id} title={title} />
        <VariantMark task={task} />
        <OwnerMark task={task} />
      </div>
      <div className="card-body">
        <div className="card-head">
          <StatusBadge stage={task.stage} />
          {/* Beside a status that still changes there would be room for it only now and then. */}
          {isSettled && (
            <time className="card-time" dateTime={task.createdAt} title={moment(i18n, task.createdAt)}>
              {briefMoment(i18n, task.createdAt)}
            </time>
          )}
        </div>
        <h3 className="card-title" dir="auto">
          <a href={pathOf(task.id)} onClick={open}>
            {title}
          </a>
        </h3>
        <div className="card-state">{isSettled ? <Outcome task={task} /> : <TaskProgress seen={seen} />}</div>
        <TaskActions task={task} />
      </div>
    </article>
  );
}
