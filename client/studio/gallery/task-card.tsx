import { useLingui } from '@lingui/react/macro';
import { memo, type MouseEvent } from 'react';
import type { Task } from '../api/task.ts';
import { duration, moment, money } from '../i18n/format.ts';
import { billedTexts, failureTexts } from '../i18n/texts.ts';
import { isTerminal, type SeenTask } from '../live/progress.ts';
import { navigate, pathOf } from '../route.ts';
import { useStudio } from '../studio.ts';
import { TaskActions } from '../task/task-actions.tsx';
import { MediaBox } from './media-box.tsx';
import { StatusBadge } from './status-badge.tsx';
import { TaskProgress } from './task-progress.tsx';

interface TaskCardProps {
  readonly seen: SeenTask;
  /** Position in the order in which players in view are created. */
  readonly delayStep: number;
}

/** One task in the gallery. Its size never changes, so nothing moves when it completes. */
export const TaskCard = memo(function TaskCard({ seen, delayStep }: TaskCardProps) {
  const { task } = seen;
  const { i18n, t } = useLingui();
  const open = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    navigate(pathOf(task.id));
  };
  const title = task.prompt || task.label || task.providerTaskId || t`Video`;
  return (
    <article className="card" data-task={task.id} data-stage={task.stage} aria-label={title.slice(0, 120)}>
      <MediaBox task={task} delayStep={delayStep} />
      <div className="card-body">
        <div className="card-head">
          <StatusBadge stage={task.stage} />
          <time className="card-time" dateTime={task.createdAt}>
            {moment(i18n, task.createdAt)}
          </time>
        </div>
        <h3 className="card-title">
          <a href={pathOf(task.id)} onClick={open}>
            {title}
          </a>
        </h3>
        <div className="card-state">
          {isTerminal(task) || task.stage === 'SUBMISSION_UNKNOWN' ? (
            <Outcome task={task} />
          ) : (
            <TaskProgress seen={seen} />
          )}
        </div>
        <TaskActions task={task} />
      </div>
    </article>
  );
});

/** The outcome of a task in one or two lines. */
function Outcome({ task }: { readonly task: Task }) {
  const studio = useStudio();
  const { i18n, t } = useLingui();
  if (task.error !== null) {
    const { code, billed } = task.error;
    return (
      <p className="outcome">
        {i18n.t(failureTexts[code])} {i18n.t(billedTexts[billed])}
      </p>
    );
  }
  if (task.stage === 'SUBMISSION_UNKNOWN') {
    return <p className="outcome">{t`It is not known whether the provider accepted the request.`}</p>;
  }
  if (task.stage === 'CANCELED') {
    return (
      <p className="outcome">
        {task.submittedAt === null
          ? t`Canceled before it was sent: nothing is charged.`
          : t`No longer tracked. It will be charged.`}
      </p>
    );
  }
  const removedAt = task.video?.removedAt ?? null;
  if (removedAt !== null) {
    return <p className="outcome">{t`The server deleted the video: ${moment(i18n, removedAt)}.`}</p>;
  }
  const facts = [
    task.label,
    studio.modelOf(task)?.label ?? task.model,
    task.durationSeconds === null ? null : duration(i18n, task.durationSeconds),
    task.cost === null ? null : money(i18n, task.cost.amount),
  ];
  return (
    <p className="outcome outcome-quiet">
      {facts.filter((fact) => fact !== null && fact !== '').join(' · ')}
    </p>
  );
}
