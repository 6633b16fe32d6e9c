import { Trans, useLingui } from '@lingui/react/macro';
import { useValue } from '../live/value.ts';
import { useStudio } from '../studio.ts';
import { Icon } from '../ui/icon.tsx';
import { useBatchText } from './use-batch-text.ts';
import type { Batch } from './batch-sender.ts';

interface BatchStripProps {
  readonly onOpen: () => void;
}

/** One line about the batch that is being sent, or that was interrupted; nothing without one. */
export function BatchStrip({ onOpen }: BatchStripProps) {
  const studio = useStudio();
  const batch = useValue(studio.batch.batch);
  return batch === null ? null : <Strip batch={batch} onOpen={onOpen} />;
}

function Strip({ batch, onOpen }: BatchStripProps & { readonly batch: Batch }) {
  const studio = useStudio();
  const { t } = useLingui();
  const text = useBatchText(batch);
  const isOpen = batch.phase === 'paused' || batch.phase === 'stopped';
  return (
    <div className="batch-strip" data-open={isOpen || undefined}>
      <Icon name="table" />
      <p role="status">{text}</p>
      {isOpen && (
        <button type="button" className="button button-small" onClick={() => studio.batch.resume()}>
          <Trans>Continue</Trans>
        </button>
      )}
      <button type="button" className="button button-small" onClick={onOpen}>
        <Trans>Show</Trans>
      </button>
      {batch.phase === 'done' && (
        <button
          type="button"
          className="button button-quiet button-small"
          aria-label={t`Close`}
          onClick={() => studio.batch.discard()}
        >
          <Icon name="close" />
        </button>
      )}
    </div>
  );
}
