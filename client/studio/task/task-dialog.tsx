import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import type { Task } from '../api/task.ts';
import { MediaBox } from '../gallery/media-box.tsx';
import { StatusBadge } from '../gallery/status-badge.tsx';
import { TaskProgress } from '../gallery/task-progress.tsx';
import { adviceTexts, billedTexts, failureTexts } from '../i18n/texts.ts';
import { isTerminal, type SeenTask } from '../live/progress.ts';
import { useValue } from '../live/value.ts';
import { closeTask } from '../route.ts';
import { useStudio } from '../studio.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Details } from './details.tsx';
import { History } from './history.tsx';
import { TaskActions } from './task-actions.tsx';

/** One task with all its details, under a URL of its own. */
export function TaskDialog({ id }: { readonly id: string | null }) {
  const studio = useStudio();
  const { t } = useLingui();
  const all = useValue(studio.tasks.list);
  const isOpen = useValue(studio.access) === 'open';
  const [missing, setMissing] = useState<string | null>(null);
  const seen = all.find(({ task }) => task.id === id) ?? null;
  const unseenId = seen === null && isOpen ? id : null;
  useEffect(() => {
    if (unseenId === null) return;
    studio.find(unseenId).then(
      (found) => setMissing(found ? null : unseenId),
      () => setMissing(unseenId),
    );
  }, [studio, unseenId]);
  if (seen !== null) {
    return (
      <Dialog open isWide onClose={closeTask} title={seen.task.label || t`Video`}>
        <Open seen={seen} />
      </Dialog>
    );
  }
  return (
    <Dialog open={id !== null && isOpen && missing === id} onClose={closeTask} title={t`Video not found`}>
      <p className="dialog-text">
        <Trans>It was deleted, or it belongs to another user.</Trans>
      </p>
    </Dialog>
  );
}

function Open({ seen }: { readonly seen: SeenTask }) {
  const { task } = seen;
  return (
    <div className="task">
      <div className="task-main">
        <MediaBox key={task.videoUrl} task={task} isOpen />
        <div className="task-state">
          <StatusBadge stage={task.stage} />
          {!isTerminal(task) && task.stage !== 'SUBMISSION_UNKNOWN' && <TaskProgress seen={seen} />}
        </div>
        {task.error !== null && <Failure error={task.error} />}
        {task.hint !== null && (
          <p className="hint" lang="en">
            {task.hint}
          </p>
        )}
        <TaskActions task={task} isInDialog />
      </div>
      <div className="task-side">
        {task.prompt !== '' && <p className="task-prompt">{task.prompt}</p>}
        <Details task={task} />
        <History task={task} />
      </div>
    </div>
  );
}

/** The reason of a failure, whether it is charged, and the next step. */
function Failure({ error }: { readonly error: NonNullable<Task['error']> }) {
  const { i18n } = useLingui();
  return (
    <div className="failure">
      <p>
        <strong>{i18n.t(failureTexts[error.code])}</strong> {i18n.t(billedTexts[error.billed])}
      </p>
      <p>{i18n.t(adviceTexts[error.code])}</p>
      <p className="failure-raw" lang="en">
        {error.message}
        {error.providerCode !== null && ` (${error.providerCode})`}
      </p>
    </div>
  );
}
