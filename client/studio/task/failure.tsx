import { useLingui } from '@lingui/react/macro';
import type { Task } from '../api/task.ts';
import { messagesText, messageText, ownWordsOf } from '../i18n/messages.ts';
import { adviceTexts, billedTexts, failureTexts } from '../i18n/texts.ts';

/** What the user can do now; nothing without a hint. */
export function Hint({ task }: { readonly task: Task }) {
  const { i18n } = useLingui();
  const shown = messagesText(i18n, task.hintMessages, task.provider, task.hint);
  if (shown === null) return null;
  return (
    <p className="hint" lang={shown.isEnglish ? 'en' : undefined}>
      {shown.text}
    </p>
  );
}

interface FailureProps {
  readonly task: Task;
  readonly error: NonNullable<Task['error']>;
}

/** The reason of a failure, whether it is charged, and the next step. */
export function Failure({ task, error }: FailureProps) {
  const { i18n } = useLingui();
  const { code, billed, message, providerCode, reason } = error;
  const general = i18n.t(failureTexts[code]);
  const detail = reason === null ? null : messageText(i18n, reason, task.provider);
  const own = reason === null ? message : ownWordsOf(reason);
  return (
    <div className="failure">
      <p>
        <strong>{general}</strong> {i18n.t(billedTexts[billed])}
      </p>
      {detail !== null && detail !== general && <p>{detail}</p>}
      <p>{i18n.t(adviceTexts[code])}</p>
      {(own !== null || providerCode !== null) && (
        <p className="failure-raw" lang="en">
          {[own, providerCode === null ? null : `(${providerCode})`]
            .filter((part) => part !== null)
            .join(' ')}
        </p>
      )}
      {task.hint !== null && <Hint task={task} />}
    </div>
  );
}
