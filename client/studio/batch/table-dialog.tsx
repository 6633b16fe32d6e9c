import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import type { Table } from '../../table/read-table.ts';
import type { Draft } from '../create/draft.ts';
import { useValue } from '../live/value.ts';
import { useStudio } from '../studio.ts';
import { Dialog } from '../ui/dialog.tsx';
import type { GivenTable } from './table-file.ts';
import { keepTableText, readTableText } from './table-text.ts';
import type { ImageFilesOfTable } from './use-image-files.ts';
import { TableProgress } from './table-progress.tsx';
import { TableReview } from './table-review.tsx';
import { TableSource } from './table-source.tsx';

interface TableDialogProps {
  /** The form, from which rows take what they leave open. */
  readonly form: Draft;
  /** What a file has that was dropped on the page; null without one. */
  readonly given: GivenTable | null;
  /** The image files that rows may name. */
  readonly images: ImageFilesOfTable;
  readonly onClose: () => void;
}

/** Many videos from a table: given, checked with the total price, approved and sent. One table at a time. */
export default function TableDialog({ form, given, images, onClose }: TableDialogProps) {
  const studio = useStudio();
  const batch = useValue(studio.batch.batch);
  const { t } = useLingui();
  const [text, setText] = useState(() => given?.text || readTableText());
  const [table, setTable] = useState<Table | null>(null);
  const [isNew, setIsNew] = useState(given !== null);
  const change = (next: string) => {
    setText(next);
    keepTableText(next);
  };
  const isBusy = batch !== null && batch.phase !== 'done';
  if (batch !== null && (isBusy || !isNew)) {
    return (
      <Dialog open isWide onClose={onClose} title={t`Videos from a table`}>
        {isNew && isBusy && (
          <p className="hint">
            <Trans>
              Another table is being sent. Let it finish, or discard the rest, before you add one.
            </Trans>
          </p>
        )}
        <TableProgress batch={batch} onClose={onClose} />
      </Dialog>
    );
  }
  return (
    <Dialog open isWide onClose={onClose} title={t`New videos from a table`}>
      {table === null ? (
        <TableSource
          isWrongFile={given?.isWrongFile ?? false}
          text={text}
          onText={change}
          onTable={setTable}
        />
      ) : (
        <TableReview
          table={table}
          form={form}
          images={images}
          onBack={() => setTable(null)}
          onSent={() => {
            setIsNew(false);
            setTable(null);
            change('');
            images.clear();
          }}
        />
      )}
    </Dialog>
  );
}
