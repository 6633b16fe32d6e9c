import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useCallback, useEffect, useState } from 'react';
import type { Task } from '../api/task.ts';
import { money } from '../i18n/format.ts';
import { isTerminal } from '../live/progress.ts';
import { useSelected, useValue } from '../live/value.ts';
import { useStudio } from '../studio.ts';
import { Confirm } from '../ui/dialog.tsx';
import { Icon } from '../ui/icon.tsx';
import { useBulkCommands } from './use-bulk-commands.ts';
import { useTotalPrice } from './use-total-price.ts';

interface SelectionBarProps {
  /** Ids of all tasks that can be selected. */
  readonly ids: readonly string[];
  /** True if there are tasks that were not read. */
  readonly hasMore: boolean;
}

/** The actions on all selected tasks. */
export function SelectionBar({ ids: all, hasMore }: SelectionBarProps) {
  const studio = useStudio();
  const { i18n, t } = useLingui();
  const { ids } = useValue(studio.selection.selected);
  const [question, setQuestion] = useState<'delete' | 'retry' | null>(null);
  const commands = useBulkCommands();
  const selected = useSelected(
    studio.tasks.list,
    useCallback(
      () =>
        all.flatMap((id) => {
          const seen = ids.has(id) ? studio.tasks.find(id) : null;
          return seen === null ? [] : [seen.task];
        }),
      [studio, all, ids],
    ),
    areSame,
  );
  const ended = selected.filter(isTerminal);
  const videos = selected.filter(
    ({ videoUrl, video }) => videoUrl !== null && (video?.removedAt ?? null) === null,
  );
  const retryable = ended.filter(({ prompt, stage }) => prompt !== '' && stage !== 'COMPLETED');
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented) studio.selection.end();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [studio]);
  return (
    <div className="toolbar selection-bar" role="toolbar" aria-label={t`Selected videos`}>
      <p className="toolbar-count" role="status">
        {selected.length === 0 ? (
          <Trans>Select videos</Trans>
        ) : (
          <Plural value={selected.length} one="# selected" other="# selected" />
        )}
      </p>
      {selected.length < all.length && (
        <button type="button" className="button button-quiet" onClick={() => studio.selection.set(all)}>
          {hasMore ? <Trans>Select all {all.length} loaded</Trans> : <Trans>Select all</Trans>}
        </button>
      )}
      <div className="toolbar-end">
        <button
          type="button"
          className="button button-primary"
          disabled={videos.length === 0 || commands.isBusy}
          onClick={() => void commands.download(videos)}
        >
          <Icon name="download" />
          {t`Download`} {videos.length > 0 && i18n.number(videos.length)}
        </button>
        <button
          type="button"
          className="button"
          disabled={retryable.length === 0 || commands.isBusy}
          onClick={() => setQuestion('retry')}
        >
          <Icon name="retry" />
          {t`Retry`} {retryable.length > 0 && i18n.number(retryable.length)}
        </button>
        <button
          type="button"
          className="button"
          disabled={ended.length === 0 || commands.isBusy}
          onClick={() => setQuestion('delete')}
        >
          <Icon name="trash" />
          {t`Delete`} {ended.length > 0 && i18n.number(ended.length)}
        </button>
        <button
          type="button"
          className="button button-quiet button-icon"
          aria-label={t`End the selection`}
          onClick={() => studio.selection.end()}
        >
          <Icon name="close" />
        </button>
      </div>
      <Confirm
        open={question === 'delete'}
        onClose={() => setQuestion(null)}
        title={<Plural value={ended.length} one="Delete # video?" other="Delete # videos?" />}
        description={t`The tasks, their videos and their links are deleted permanently. Their cost still counts.`}
        action={t`Delete`}
        onConfirm={() => void commands.remove(ended)}
      />
      {question === 'retry' && (
        <RetryQuestion
          tasks={retryable}
          onClose={() => setQuestion(null)}
          onConfirm={() => void commands.retry(retryable)}
        />
      )}
    </div>
  );
}

const areSame = (a: readonly Task[], b: readonly Task[]): boolean =>
  a.length === b.length && a.every((task, index) => task === b[index]);

interface RetryQuestionProps {
  readonly tasks: readonly Task[];
  readonly onClose: () => void;
  readonly onConfirm: () => void;
}

/** Asks before several videos are paid for again. */
function RetryQuestion({ tasks, onClose, onConfirm }: RetryQuestionProps) {
  const { i18n, t } = useLingui();
  const price = useTotalPrice(tasks);
  return (
    <Confirm
      open
      onClose={onClose}
      title={<Plural value={tasks.length} one="Retry # video?" other="Retry # videos?" />}
      description={
        typeof price === 'number'
          ? t`Each is made and charged again: about ${money(i18n, price)} in total.`
          : t`Each is made and charged again. The total price is not known.`
      }
      action={t`Retry`}
      isSafe
      onConfirm={onConfirm}
    />
  );
}
