import { Trans } from '@lingui/react/macro';

/** The place of the first video. */
export function Empty() {
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

interface UnmatchedProps {
  readonly isFavourite: boolean;
  readonly onClear: () => void;
}

/** Shown where the filter leaves nothing. */
export function Unmatched({ isFavourite, onClear }: UnmatchedProps) {
  return (
    <div className="empty">
      <h3>
        <Trans>Nothing matches</Trans>
      </h3>
      {isFavourite && (
        <p>
          <Trans>Press the star on a video to keep it among your favourites on this device.</Trans>
        </p>
      )}
      <button type="button" className="button" onClick={onClear}>
        <Trans>Show all</Trans>
      </button>
    </div>
  );
}
