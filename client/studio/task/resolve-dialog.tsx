import { Field } from '@base-ui/react/field';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState, type FormEvent } from 'react';
import type { Task } from '../api/task.ts';
import { Dialog } from '../ui/dialog.tsx';
import { useRetryLabel } from './use-retry-label.ts';
import type { Resolution } from './use-task-commands.ts';

interface ResolveDialogProps {
  readonly task: Task;
  readonly open: boolean;
  readonly onClose: () => void;
  readonly onResolve: (resolution: Resolution) => Promise<Task | null>;
}

/** Resolves a submission of unknown outcome. */
export function ResolveDialog({ task, open, onClose, onResolve }: ResolveDialogProps) {
  const { t } = useLingui();
  const [id, setId] = useState('');
  const decide = async (resolution: Resolution) => {
    if ((await onResolve(resolution)) !== null) onClose();
  };
  const adopt = (event: FormEvent) => {
    event.preventDefault();
    // In React, events of a portal bubble to the form from which it was opened.
    event.stopPropagation();
    if (id.trim() !== '') void decide({ providerTaskId: id.trim() });
  };
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t`Did the provider accept it?`}
      description={t`The paid request was sent, but the response does not prove whether it was accepted. It is not sent again automatically. Check the task list at the provider, then choose what applies.`}
    >
      <form className="resolve" onSubmit={adopt}>
        <Field.Root className="field" name="providerTaskId">
          <Field.Label className="label">
            <Trans>It is there. Its ID:</Trans>
          </Field.Label>
          <div className="image-url">
            <Field.Control className="input" value={id} onValueChange={setId} />
            <button type="submit" className="button button-primary" disabled={id.trim() === ''}>
              <Trans>Follow it</Trans>
            </button>
          </div>
        </Field.Root>
      </form>
      <div className="resolve-others">
        <button type="button" className="button" onClick={() => void decide({ giveUp: true })}>
          <Trans>It is not there: give up</Trans>
        </button>
        <button type="button" className="button" onClick={() => void decide({ resubmit: true })}>
          <SendAgainLabel task={task} />
        </button>
        <p className="note">
          <Trans>If the provider accepted the first request after all, you are charged twice.</Trans>
        </p>
      </div>
    </Dialog>
  );
}

function SendAgainLabel({ task }: { readonly task: Task }) {
  const { t } = useLingui();
  return <>{useRetryLabel(task, t`Send it again`)}</>;
}
