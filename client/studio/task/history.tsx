import { Trans, useLingui } from '@lingui/react/macro';
import type { Task } from '../api/task.ts';
import { clock } from '../i18n/format.ts';
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
        {task.history.map(({ stage, at, reason }, index) => (
          <li key={index}>
            <time dateTime={at}>{clock(i18n, at)}</time>
            <span>
              {i18n.t(stageTexts[stage])}
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
