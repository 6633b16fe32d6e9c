import { Menu } from '@base-ui/react/menu';
import { useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import type { Task } from '../api/task.ts';
import { isTerminal } from '../live/progress.ts';
import { AgainItems } from '../create/again/again-items.tsx';
import { closeTask, openTask } from '../route.ts';
import { Icon } from '../ui/icon.tsx';
import { Questions, type Question } from './questions.tsx';
import { useRetryLabel } from './use-retry-label.ts';
import { useTaskCommands } from './use-task-commands.ts';

interface TaskActionsProps {
  readonly task: Task;
  /** True if it is in the dialog of the task, which shows the details already. */
  readonly isInDialog?: boolean;
}

/** The most frequent actions for the present state as buttons, the rest in a menu. */
export function TaskActions({ task, isInDialog = false }: TaskActionsProps) {
  const { t } = useLingui();
  const commands = useTaskCommands(task);
  const [question, setQuestion] = useState<Question | null>(null);
  // A card without a question is built in half the time.
  const [hasAsked, setHasAsked] = useState(false);
  const ended = isTerminal(task);
  const shareUrl = task.video?.shareUrl ?? null;
  // The input of a task that was made elsewhere is not known.
  const canRetry = ended && task.prompt !== '';
  const isUnclear = task.stage === 'SUBMISSION_UNKNOWN' || task.error?.code === 'SUBMISSION_UNKNOWN';
  const ask = (next: Question) => () => {
    setHasAsked(true);
    setQuestion(next);
  };
  const removed = async () => {
    if ((await commands.remove()) !== null && isInDialog) closeTask();
  };
  const retried = async ({ detail }: { readonly detail: number }) => {
    const fresh = await commands.retry(detail);
    if (fresh !== null && isInDialog) openTask(fresh.id);
  };
  return (
    <div className="actions">
      {task.videoUrl !== null && (task.video?.removedAt ?? null) === null && (
        <>
          <a className="button button-primary" href={`${task.videoUrl}?download`} download>
            <Icon name="download" />
            {t`Download`}
          </a>
          <button
            type="button"
            className={isInDialog ? 'button' : 'button button-icon'}
            title={t`Copy link`}
            onClick={() => void commands.copyLink()}
          >
            <Icon name="link" />
            <span className={isInDialog ? undefined : 'visually-hidden'}>{t`Copy link`}</span>
          </button>
        </>
      )}
      {isUnclear && (
        <button type="button" className="button button-primary" onClick={ask('resolve')}>
          {t`Decide`}
        </button>
      )}
      {canRetry && task.videoUrl === null && !isUnclear && (
        <button type="button" className="button" onClick={(event) => void retried(event)}>
          <Icon name="retry" />
          <RetryLabel task={task} action={t`Retry`} />
        </button>
      )}
      {!ended && !isUnclear && (
        <button type="button" className="button" onClick={ask('cancel')}>
          {t`Cancel`}
        </button>
      )}
      <Menu.Root>
        <Menu.Trigger className="button button-quiet button-icon actions-more" aria-label={t`More`}>
          <Icon name="more" />
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Positioner className="layer" sideOffset={6} align="end">
            <Menu.Popup className="popup">
              {!isInDialog && (
                <Menu.Item className="item" onClick={() => openTask(task.id)}>{t`Details`}</Menu.Item>
              )}
              {shareUrl !== null && (
                <>
                  <Menu.Item
                    className="item"
                    render={<a href={shareUrl} target="_blank" rel="noreferrer" />}
                  >{t`Open the share page`}</Menu.Item>
                  <Menu.Item className="item" onClick={() => void commands.copyShareLink()}>
                    {t`Copy a link to the share page`}
                  </Menu.Item>
                </>
              )}
              {task.prompt !== '' && (
                <Menu.Item className="item" onClick={() => void commands.copyPrompt()}>
                  {t`Copy prompt`}
                </Menu.Item>
              )}
              {task.providerTaskId !== null && (
                <Menu.Item className="item" onClick={() => void commands.refresh()}>{t`Check now`}</Menu.Item>
              )}
              {canRetry && task.videoUrl !== null && (
                <Menu.Item className="item" onClick={(event) => void retried(event)}>
                  <RetryLabel task={task} action={t`Generate again`} />
                </Menu.Item>
              )}
              {task.prompt !== '' && <AgainItems task={task} />}
              {canRetry && isUnclear && (
                <Menu.Item className="item" onClick={(event) => void retried(event)}>
                  <RetryLabel task={task} action={t`Retry`} />
                </Menu.Item>
              )}
              {!ended && isUnclear && (
                <Menu.Item className="item" onClick={ask('cancel')}>{t`Cancel`}</Menu.Item>
              )}
              {ended && (
                <Menu.Item className="item item-danger" onClick={ask('delete')}>
                  {t`Delete…`}
                </Menu.Item>
              )}
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
      {hasAsked && (
        <Questions
          task={task}
          question={question}
          onClose={() => setQuestion(null)}
          onDelete={() => void removed()}
          onCancel={() => void commands.cancel()}
          onResolve={commands.resolve}
        />
      )}
    </div>
  );
}

/** A component of its own, so that only labels on the screen read their price. */
function RetryLabel({ task, action }: { readonly task: Task; readonly action: string }) {
  return <>{useRetryLabel(task, action)}</>;
}
