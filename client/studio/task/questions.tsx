import { useLingui } from '@lingui/react/macro';
import type { Task } from '../api/task.ts';
import { Confirm } from '../ui/dialog.tsx';
import { ResolveDialog } from './resolve-dialog.tsx';
import type { Resolution } from './use-task-commands.ts';

/** What is asked before an action on a task. */
export type Question = 'cancel' | 'delete' | 'resolve';

interface QuestionsProps {
  readonly task: Task;
  /** Null while nothing is asked. */
  readonly question: Question | null;
  readonly onClose: () => void;
  readonly onDelete: () => void;
  readonly onCancel: () => void;
  readonly onResolve: (resolution: Resolution) => Promise<Task | null>;
}

/** The questions before actions on a task that cannot be undone. */
export function Questions({ task, question, onClose, onDelete, onCancel, onResolve }: QuestionsProps) {
  const { t } = useLingui();
  return (
    <>
      <Confirm
        open={question === 'delete'}
        onClose={onClose}
        title={t`Delete this video?`}
        description={t`The task, its video and its link are deleted permanently. Its cost still counts.`}
        action={t`Delete`}
        onConfirm={onDelete}
      />
      <Confirm
        open={question === 'cancel'}
        onClose={onClose}
        title={t`Stop this video?`}
        description={
          task.stage === 'WAITING'
            ? t`It has not been sent yet: nothing is charged.`
            : t`The provider has accepted it and cannot stop it: it will be charged, and it is no longer tracked here.`
        }
        action={t`Stop it`}
        onConfirm={onCancel}
      />
      <ResolveDialog task={task} open={question === 'resolve'} onClose={onClose} onResolve={onResolve} />
    </>
  );
}
