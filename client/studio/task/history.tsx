import { Trans, useLingui } from '@lingui/react/macro';
import type { Task } from '../api/task.ts';
import { clock } from '../i18n/format.ts';
import { stageWords } from '../i18n/words.ts';

/** The steps of a task, oldest first. */
export function History({ task }: { readonly task: Task }) {
  const { i18n } = useLingui();
  return (
    <div className="history">
      <h3 className="label">
        <Trans>History</Trans>
      </h3>
      <ol>
        {task.history.map(({ stage, at, reason }, index) => (
          <li key={index}>
            <time dateTime={at}>{clock(i18n, at)}</time>
            <span>
              {i18n.t(stageWords[stage])}
              {reason !== null && (
                <span className="history-reason" lang="en">
                  {reason}
                </span>
              )}
            </span>
          </li>
        ))}
      </ol>
    </div>
  );
}
