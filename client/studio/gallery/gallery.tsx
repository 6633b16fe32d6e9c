import { Trans, useLingui } from '@lingui/react/macro';
import { useCallback, useEffect, useState } from 'react';
import { everything, isRestricting } from '../live/filter.ts';
import { useValue } from '../live/value.ts';
import { ProviderNotice } from '../header/provider-notice.tsx';
import { useStudio } from '../studio.ts';
import { TrackDialog } from '../task/track-dialog.tsx';
import { Empty, Unmatched } from './empty.tsx';
import { Filters } from './filters.tsx';
import { Grid } from './grid.tsx';
import { SelectionBar } from './selection-bar.tsx';
import { Toolbar } from './toolbar.tsx';
import { useFilter } from './use-filter.ts';
import { useShown } from './use-shown.ts';

/** All tasks in their present state. The filter is in the URL. */
export function Gallery() {
  const studio = useStudio();
  const { t } = useLingui();
  const [filter, change] = useFilter();
  const [isTracking, setIsTracking] = useState(false);
  const shown = useShown(filter);
  const { ids, state, hasMore, readMore } = shown;
  const { isOn: isSelecting } = useValue(studio.selection.selected);
  useEffect(() => studio.order.set(ids), [studio, ids]);
  useEffect(() => () => studio.selection.end(), [studio]);
  const onEnd = useCallback(() => {
    if (studio.pages.reading(filter).get().state === 'idle') readMore();
  }, [studio, filter, readMore]);
  const onTouch = useCallback(() => studio.hideUnmatched(), [studio]);
  const onTrack = useCallback(() => setIsTracking(true), []);
  const onChange = useCallback<typeof change>(
    (part, isSameStep) => {
      onTouch();
      change(part, isSameStep);
    },
    [change, onTouch],
  );
  const showEverything = () => onChange({ ...everything, sort: filter.sort });
  const isFiltered = isRestricting(filter);
  const isEmpty = ids.length === 0 && state === 'idle' && !hasMore;
  return (
    <section className="gallery" aria-label={t`Your videos`}>
      <ProviderNotice />
      <div className="gallery-head">
        <h2>
          <Trans>Your videos</Trans>
        </h2>
        <Filters filter={filter} onChange={onChange} onTouch={onTouch} onTrack={onTrack} />
      </div>
      {isSelecting ? (
        <SelectionBar ids={ids} hasMore={hasMore} />
      ) : (
        <Toolbar filter={filter} onChange={onChange} count={shown.count} />
      )}
      {shown.hasUnmatched && (
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
      {isEmpty ? (
        isFiltered ? (
          <Unmatched isFavourite={filter.isFavourite} onClear={showEverything} />
        ) : (
          <Empty />
        )
      ) : null}
      <Grid ids={ids} onEnd={onEnd} />
      {state === 'failed' && (
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
