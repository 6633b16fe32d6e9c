import { Progress } from '@base-ui/react/progress';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useMemo } from 'react';
import { StatusBadge } from '../gallery/status-badge.tsx';
import { userErrorText } from '../i18n/user-error.ts';
import { useValue } from '../live/value.ts';
import { pathOf } from '../route.ts';
import { useStudio } from '../studio.ts';
import type { Batch } from './batch-sender.ts';
import { LabelCell } from './review-row.tsx';
import { useBatchText } from './use-batch-text.ts';

interface TableProgressProps {
  readonly batch: Batch;
  readonly onClose: () => void;
}

/** How far a batch is, row by row. It continues without this dialog, and after a reload. */
export function TableProgress({ batch, onClose }: TableProgressProps) {
  const studio = useStudio();
  const { i18n, t } = useLingui();
  const { items, states, phase } = batch;
  const text = useBatchText(batch);
  const isRunning = phase === 'sending' || phase === 'waiting';
  const done = states.filter(({ kind }) => kind !== 'waiting').length;
  return (
    <div className="table-review">
      <div className="batch-sum">
        <p role="status">{text}</p>
        <Progress.Root value={done} max={items.length} aria-label={t`Videos sent`}>
          <Progress.Track className="bar">
            <Progress.Indicator className="bar-fill" />
          </Progress.Track>
        </Progress.Root>
      </div>
      {/* Focusable, so that it scrolls by keyboard. */}
      <div className="table-scroll" tabIndex={0} role="region" aria-label={t`Rows`}>
        <table className="rows">
          <thead>
            <tr>
              <th scope="col">{t`Row`}</th>
              <th scope="col">{t`SKU`}</th>
              <th scope="col">{t`Prompt`}</th>
              <th scope="col">{t`Status`}</th>
            </tr>
          </thead>
          <tbody>
            {items.map(({ line, input }, index) => {
              const state = states[index];
              return (
                <tr key={input.idempotencyKey} data-wrong={state?.kind === 'refused' || undefined}>
                  <td className="rows-line">{line}</td>
                  <LabelCell label={input.label} />
                  <td>
                    <span className="item-clamp" dir="auto">
                      {input.prompt ?? t`The text of the use case alone`}
                    </span>
                    {state?.kind === 'refused' && <p className="error">{userErrorText(i18n, state.error)}</p>}
                  </td>
                  <td className="rows-status">
                    {state?.kind === 'sent' ? (
                      <StageLink id={state.taskId} />
                    ) : state?.kind === 'refused' ? (
                      <Trans>Refused</Trans>
                    ) : (
                      <span className="note">
                        <Trans>Not sent yet</Trans>
                      </span>
                    )}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <div className="dialog-actions">
        {phase === 'done' ? (
          <>
            <button type="button" className="button" onClick={() => studio.batch.discard()}>
              <Trans>Another table</Trans>
            </button>
            <button type="button" className="button button-primary" onClick={onClose}>
              <Trans>Done</Trans>
            </button>
          </>
        ) : phase === 'elsewhere' ? (
          <button type="button" className="button button-primary" onClick={onClose}>
            <Trans>Close</Trans>
          </button>
        ) : isRunning ? (
          <>
            <button type="button" className="button" onClick={() => studio.batch.pause()}>
              <Trans>Pause</Trans>
            </button>
            <button type="button" className="button button-primary" onClick={onClose}>
              <Trans>Continue in the background</Trans>
            </button>
          </>
        ) : (
          <>
            <button type="button" className="button" onClick={() => studio.batch.discard()}>
              <Plural
                value={items.length - done}
                one="Discard # video not sent"
                other="Discard # videos not sent"
              />
            </button>
            <button type="button" className="button button-primary" onClick={() => studio.batch.resume()}>
              <Trans>Continue</Trans>
            </button>
          </>
        )}
      </div>
    </div>
  );
}

/** A link to the task of a row, with its present stage. */
function StageLink({ id }: { readonly id: string }) {
  const { tasks } = useStudio();
  const seen = useValue(useMemo(() => tasks.of(id), [tasks, id]));
  return (
    <a href={pathOf(id)}>{seen === null ? <Trans>Sent</Trans> : <StatusBadge stage={seen.task.stage} />}</a>
  );
}
