import { Trans, useLingui } from '@lingui/react/macro';
import type { Task } from '../api/task.ts';
import { clock } from '../i18n/format.ts';
import { messagesText } from '../i18n/messages.ts';
import { stageTexts } from '../i18n/texts.ts';

/** The steps of a task, oldest first. */
export function History({ task }: { readonly task: Task }) {
  const { i18n } = useLingui();
  return (
    <div className="history">
      <h3 className="label">
        <Trans>History</Trans>
      </h3>
      <ol>
        {task.history.map(({ stage, at, reason, reasonMessages }, index) => {
          // The reason of a failure stands above, with what to do.
          const shown =
            stage === 'FAILED' && task.error !== null
              ? null
              : messagesText(i18n, reasonMessages, task.provider, reason);
          return (
            <li key={index}>
              <time dateTime={at}>{clock(i18n, at)}</time>
              <span>
                {i18n.t(stageTexts[stage])}
                {shown !== null && (
                  <span className="history-reason" lang={shown.isEnglish ? 'en' : undefined}>
                    {shown.text}
                  </span>
                )}
              </span>
            </li>
          );
        })}
      </ol>
    </div>
  );
}
