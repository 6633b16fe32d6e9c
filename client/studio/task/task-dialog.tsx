import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useMemo, useState } from 'react';
import type { Task } from '../api/task.ts';
import { MediaBox } from '../gallery/media-box.tsx';
import { Picture } from '../gallery/picture.tsx';
import { StatusBadge } from '../gallery/status-badge.tsx';
import { TaskProgress } from '../gallery/task-progress.tsx';
import { isTerminal, type SeenTask } from '../live/progress.ts';
import { useValue } from '../live/value.ts';
import { closeTask } from '../route.ts';
import { useStudio } from '../studio.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Icon } from '../ui/icon.tsx';
import { Details } from './details.tsx';
import { Failure, Hint } from './failure.tsx';
import { History } from './history.tsx';
import { Neighbours } from './neighbours.tsx';
import { TaskActions } from './task-actions.tsx';

/** One task with all its details, under a URL of its own. */
export function TaskDialog({ id }: { readonly id: string | null }) {
  const studio = useStudio();
  const { t } = useLingui();
  const isOpen = useValue(studio.access) === 'open';
  const [missing, setMissing] = useState<string | null>(null);
  const seen = useValue(useMemo(() => studio.tasks.of(id ?? ''), [studio, id]));
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
      <Dialog
        open
        isWide
        onClose={closeTask}
        title={seen.task.label || t`Video`}
        actions={<Neighbours id={seen.task.id} />}
      >
        <Open key={seen.task.id} seen={seen} />
      </Dialog>
    );
  }
  return (
    <Dialog open={id !== null && isOpen && missing === id} onClose={closeTask} title={t`Video not found`}>
      <p className="dialog-text">
        <Trans>It was deleted, or it belongs to another user.</Trans>
      </p>
      <div className="dialog-actions">
        <button type="button" className="button button-primary" onClick={closeTask}>
          <Trans>Go to your videos</Trans>
        </button>
      </div>
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
        {task.error === null ? <Hint task={task} /> : <Failure task={task} error={task.error} />}
        <TaskActions task={task} isInDialog />
      </div>
      <div className="task-side">
        <Prompt task={task} />
        <TaskImages task={task} />
        <Details task={task} />
        <History task={task} />
      </div>
    </div>
  );
}

/** The user's own words, and what was sent where that is more. */
function Prompt({ task: { prompt, userPrompt } }: { readonly task: Task }) {
  const own = userPrompt ?? prompt;
  return (
    <>
      {own !== '' && (
        <p className="task-prompt" dir="auto">
          {own}
        </p>
      )}
      {prompt !== own && (
        <details className="task-sent">
          <summary>
            <Trans>Whole prompt, as sent</Trans>
          </summary>
          <p className="task-prompt">{prompt}</p>
        </details>
      )}
    </>
  );
}

/** The images that the video is made from. */
function TaskImages({ task }: { readonly task: Task }) {
  const { t } = useLingui();
  if (task.referenceImages.length === 0) return null;
  return (
    <div className="task-images" role="group" aria-label={t`Images`}>
      {task.referenceImages.map(({ url }, index) => (
        <a key={url} href={url} target="_blank" rel="noreferrer" aria-label={t`Image ${index + 1}`}>
          <Picture
            className="task-image"
            url={url}
            fallback={
              <span className="task-image">
                <Icon name="image" />
              </span>
            }
          />
        </a>
      ))}
    </div>
  );
}
