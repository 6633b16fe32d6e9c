import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useMemo, useRef, useState, type DragEvent } from 'react';
import { readRows } from '../../table/read-rows.ts';
import type { Table } from '../../table/read-table.ts';
import type { Draft } from '../create/draft.ts';
import { newKey } from '../create/press.ts';
import { money } from '../i18n/format.ts';
import { useValue } from '../live/value.ts';
import { useStudio } from '../studio.ts';
import { Icon } from '../ui/icon.tsx';
import { itemsOf } from './items.ts';
import { planRow } from './plan.ts';
import { ReviewRow } from './review-row.tsx';
import { sumOf } from './sum.ts';
import type { ImageFilesOfTable } from './use-image-files.ts';
import { useRowEstimates } from './use-row-estimates.ts';

interface TableReviewProps {
  readonly table: Table;
  readonly form: Draft;
  readonly images: ImageFilesOfTable;
  readonly onBack: () => void;
  /** Called when the user has approved the rows, and they are being sent. */
  readonly onSent: () => void;
}

/** Every row as it would be sent, with its price and its errors, and the total to approve. */
export function TableReview({ table, form, images, onBack, onSent }: TableReviewProps) {
  const studio = useStudio();
  const providers = useValue(studio.providers);
  const viewer = useValue(studio.viewer);
  const { i18n, t } = useLingui();
  const picker = useRef<HTMLInputElement>(null);
  const { files, add } = images;
  const [isUnkept, setIsUnkept] = useState(false);
  /** The same for each press of this review: a double press is one batch. */
  const key = useRef(newKey());
  const rows = useMemo(() => readRows(table), [table]);
  const plan = useMemo(() => {
    const done = new Map(
      [...files].flatMap(([name, file]) => (file.kind === 'done' ? [[name, file.image] as const] : [])),
    );
    return rows.map((row) => planRow(row, form, providers, done));
  }, [rows, form, providers, files]);
  const readable = plan.filter(
    ({ row, missingFiles, isEmpty }) => row.problems.length === 0 && missingFiles.length === 0 && !isEmpty,
  );
  const estimates = useRowEstimates(readable);
  const { ready, pending, videos, total, unpriced } = sumOf(readable, estimates);
  const wrong = plan.length - readable.length + (readable.length - ready.length - pending);
  const left =
    viewer?.budgetPerMonth === null || viewer === null
      ? null
      : Math.max(0, viewer.budgetPerMonth.amount - viewer.spentThisMonth.amount);
  const isOverBudget = left !== null && total > left + 1e-9;
  const missing = new Set(plan.flatMap(({ missingFiles }) => missingFiles));
  const send = () => {
    try {
      studio.batch.start(itemsOf(ready, key.current));
      onSent();
    } catch {
      setIsUnkept(true);
    }
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    add([...event.dataTransfer.files]);
  };
  return (
    <div className="table-review" onDragOver={(event) => event.preventDefault()} onDrop={drop}>
      {table.unknownHeadings.length > 0 && (
        <p className="hint">
          <Trans>These columns are not known and not used: {table.unknownHeadings.join(', ')}</Trans>
        </p>
      )}
      {missing.size > 0 && (
        <p className="hint table-missing">
          <Plural
            value={missing.size}
            one="The table names # image file that is not added yet."
            other="The table names # image files that are not added yet."
          />
          <button type="button" className="button button-small" onClick={() => picker.current?.click()}>
            <Icon name="image" />
            <Trans>Add image files</Trans>
          </button>
        </p>
      )}
      <input
        ref={picker}
        type="file"
        accept="image/*,.heic,.heif,.avif"
        multiple
        hidden
        aria-label={t`Choose image files`}
        onChange={({ currentTarget }) => {
          add([...(currentTarget.files ?? [])]);
          currentTarget.value = '';
        }}
      />
      {/* Focusable, so that it scrolls by keyboard. */}
      <div className="table-scroll" tabIndex={0} role="region" aria-label={t`Rows`}>
        <table className="rows">
          <thead>
            <tr>
              <th scope="col">{t`Row`}</th>
              <th scope="col">{t`SKU`}</th>
              <th scope="col">{t`Prompt`}</th>
              <th scope="col" className="rows-settings">{t`Settings`}</th>
              <th scope="col" className="rows-number">{t`Cost`}</th>
            </tr>
          </thead>
          <tbody>
            {plan.map((planned) => (
              <ReviewRow key={planned.row.line} planned={planned} files={files} estimates={estimates} />
            ))}
          </tbody>
        </table>
      </div>
      <div className="table-foot">
        <div className="table-total" aria-live="polite">
          <strong>
            {pending > 0 ? t`Checking ${pending} of ${plan.length}…` : t`Total: about ${money(i18n, total)}`}
          </strong>
          <span className="note">
            <Plural value={videos} one="# video" other="# videos" />
            {wrong > 0 && pending === 0 && (
              <>
                {' · '}
                <Plural
                  value={wrong}
                  one="# row with an error is left out"
                  other="# rows with errors are left out"
                />
              </>
            )}
            {unpriced > 0 && (
              <>
                {' · '}
                <Plural value={unpriced} one="# of unknown price" other="# of unknown price" />
              </>
            )}
          </span>
          {isOverBudget && (
            <span className="error" role="alert">
              {t`Only ${money(i18n, left)} of this month’s budget is left: the last rows will be refused.`}
            </span>
          )}
          {isUnkept && (
            <span className="error" role="alert">
              <Trans>This browser has no space to keep the list. Nothing was sent. Split the table.</Trans>
            </span>
          )}
        </div>
        <div className="dialog-actions">
          <button type="button" className="button" onClick={onBack}>
            <Trans>Back</Trans>
          </button>
          <button
            type="button"
            className="button button-primary"
            disabled={pending > 0 || ready.length === 0}
            onClick={send}
          >
            <Plural value={videos} one="Generate # video" other="Generate # videos" />
            {total > 0 && pending === 0 && ` · ${money(i18n, total)}`}
          </button>
        </div>
      </div>
    </div>
  );
}
