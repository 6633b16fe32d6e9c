import { Trans, useLingui } from '@lingui/react/macro';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { matches, shownTasks } from '../live/pages.ts';
import { useValue } from '../live/value.ts';
import { everything, useStudio } from '../studio.ts';
import { TrackDialog } from '../task/track-dialog.tsx';
import { Filters } from './filters.tsx';
import { Grid } from './grid.tsx';

/** All tasks in their present state, newest first. */
export function Gallery() {
  const studio = useStudio();
  const { t } = useLingui();
  const [filter, setFilter] = useState(everything);
  const [clearings, setClearings] = useState(0);
  const [isTracking, setIsTracking] = useState(false);
  const all = useValue(studio.tasks.list);
  const reading = useValue(useMemo(() => studio.pages.reading(filter), [studio, filter]));
  const fresh = useValue(studio.shown);
  const tasks = useMemo(() => shownTasks(all, filter, reading, fresh), [all, filter, reading, fresh]);
  const hasUnmatched = tasks.some(({ task }) => fresh.has(task.id) && !matches(task, filter));
  const readMore = useCallback(() => {
    // A failure is shown below the list, with a button.
    studio.pages.readMore(filter).catch(() => {});
  }, [studio, filter]);
  useEffect(() => {
    if (studio.pages.reading(filter).get().horizon === null) readMore();
  }, [studio, filter, readMore]);
  const onEnd = useCallback(() => {
    if (studio.pages.reading(filter).get().state === 'idle') readMore();
  }, [studio, filter, readMore]);
  const onTouch = useCallback(() => studio.hideUnmatched(), [studio]);
  const showEverything = () => {
    onTouch();
    setFilter(everything);
    setClearings((count) => count + 1);
  };
  const isFiltered = filter.search !== '' || filter.status !== null || filter.provider !== null;
  const isEmpty = tasks.length === 0 && reading.state === 'idle' && !reading.hasMore;
  return (
    <section className="gallery" aria-label={t`Your videos`}>
      <div className="gallery-head">
        <h2>
          <Trans>Your videos</Trans>
        </h2>
        <Filters
          // Creates the fields again, because the text of the old ones would filter the list again.
          key={clearings}
          filter={filter}
          onChange={setFilter}
          onTouch={onTouch}
          onTrack={() => setIsTracking(true)}
        />
      </div>
      {hasUnmatched && (
        <p className="gallery-note" role="status">
          <Trans>New videos are shown here even if they do not match the filter.</Trans>{' '}
          <button type="button" className="button button-small" onClick={showEverything}>
            <Trans>Show all</Trans>
          </button>
        </p>
      )}
      <p className="visually-hidden" role="status">
        {isEmpty && isFiltered ? t`Nothing matches.` : ''}
      </p>
      {isEmpty ? isFiltered ? <Unmatched onClear={showEverything} /> : <Empty /> : null}
      <Grid tasks={tasks} onEnd={onEnd} />
      {reading.state === 'failed' && (
        <p className="gallery-more">
          <Trans>The rest of the list could not be loaded.</Trans>{' '}
          <button type="button" className="button" onClick={readMore}>
            <Trans>Try again</Trans>
          </button>
        </p>
      )}
      <TrackDialog open={isTracking} onClose={() => setIsTracking(false)} />
    </section>
  );
}

function Empty() {
  return (
    <div className="empty">
      <svg className="empty-picture" viewBox="0 0 120 76" aria-hidden="true">
        <rect x="1.500" y="1.500" width="117" height="73" rx="12" />
        <path d="M53 28.500v19a2 2 0 0 0 3 1.700l15.500-9.500a2 2 0 0 0 0-3.400L56 26.800a2 2 0 0 0-3 1.700Z" />
      </svg>
      <h3>
        <Trans>Your first video appears here</Trans>
      </h3>
      <p>
        <Trans>
          Describe it and press “Generate video”. You can close this page: the server continues without it.
        </Trans>
      </p>
    </div>
  );
}

function Unmatched({ onClear }: { readonly onClear: () => void }) {
  return (
    <div className="empty">
      <h3>
        <Trans>Nothing matches</Trans>
      </h3>
      <button type="button" className="button" onClick={onClear}>
        <Trans>Show all</Trans>
      </button>
    </div>
  );
}
