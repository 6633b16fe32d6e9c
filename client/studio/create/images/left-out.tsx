import { Trans } from '@lingui/react/macro';

interface LeftOutProps {
  readonly names: readonly string[];
  /** Maximum number of images. */
  readonly most: number;
  readonly onAccept: () => void;
}

/** Names the images above the maximum. */
export function LeftOut({ names, most, onAccept }: LeftOutProps) {
  const shown = names.slice(0, 5).join(', ');
  const more = names.length > 5 ? '…' : '';
  return (
    <div className="images-left-out" role="alert">
      <p className="error">
        <Trans>
          No more than {most} images can be used. Not added: {shown}
          {more}
        </Trans>
      </p>
      <button type="button" className="button button-small" onClick={onAccept}>
        <Trans>Continue without them</Trans>
      </button>
    </div>
  );
}
