import { Trans, useLingui } from '@lingui/react/macro';
import { money } from '../i18n/format.ts';

/** One row: a day, a model or a label. */
export interface Row {
  readonly key: string;
  readonly name: string;
  /** Null for a row of many. */
  readonly tasks: number | null;
  readonly amount: number;
  /** False while the amount is an estimate. */
  readonly settled: boolean;
  /** What a press on the name opens. */
  readonly onOpen?: (() => void) | undefined;
}

interface SpendingTableProps {
  readonly caption: string;
  readonly nameHeading: string;
  readonly rows: readonly Row[];
}

/** Costs as a table. Each row has its share of the most expensive one as a bar. */
export function SpendingTable({ caption, nameHeading, rows }: SpendingTableProps) {
  const { i18n, t } = useLingui();
  const most = Math.max(...rows.map(({ amount }) => amount), 0.01);
  return (
    <table className="spending">
      <caption className="visually-hidden">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">{nameHeading}</th>
          <th scope="col" className="spending-number">
            <Trans>Videos</Trans>
          </th>
          <th scope="col" className="spending-number">
            <Trans>Cost</Trans>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ key, name, tasks, amount, settled, onOpen }) => (
          <tr key={key}>
            <th scope="row">
              {onOpen === undefined ? (
                name
              ) : (
                <button type="button" className="link" onClick={onOpen}>
                  {name}
                </button>
              )}
              <span className="spending-bar" aria-hidden="true">
                <span style={{ width: `${(amount / most) * 100}%` }} />
              </span>
            </th>
            <td className="spending-number">{tasks === null ? '' : i18n.number(tasks)}</td>
            <td className="spending-number">
              {settled ? money(i18n, amount) : t`about ${money(i18n, amount)}`}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
