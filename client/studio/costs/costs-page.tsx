import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useMemo, useState } from 'react';
import type { Spending } from '../api/queries.ts';
import { providerTexts } from '../i18n/texts.ts';
import { money } from '../i18n/format.ts';
import { costsPath, homePath, navigate, useQuery } from '../route.ts';
import { Icon } from '../ui/icon.tsx';
import { Select } from '../ui/select.tsx';
import { saveCsv } from './csv.ts';
import { DayChart } from './day-chart.tsx';
import { barsOf } from './bars.ts';
import { periodNameOf, periodNames, periodOf, type Period } from './period.ts';
import { SpendingTable } from './spending-table.tsx';
import { Breakdowns } from './breakdowns.tsx';
import { useSpending } from './use-spending.ts';

/** What the videos of a range of days cost: by day, model and label. */
export default function CostsPage() {
  const { t } = useLingui();
  const name = periodNameOf(useQuery());
  const period = useMemo(() => periodOf(name, new Date()), [name]);
  const [report, readAgain] = useSpending(period);
  const names = {
    month: t`This month`,
    lastMonth: t`Last month`,
    days30: t`Last 30 days`,
    year: t`Last 12 months`,
  };
  return (
    <main className="costs" aria-busy={report === undefined}>
      <div className="costs-head">
        <a
          className="button button-quiet button-icon"
          href={homePath()}
          aria-label={t`Go to your videos`}
          title={t`Go to your videos`}
          onClick={(event) => {
            event.preventDefault();
            navigate(homePath());
          }}
        >
          <Icon name="back" />
        </a>
        <h1>
          <Trans>Costs</Trans>
        </h1>
        <div className="costs-head-end">
          <Select
            label={t`Period`}
            isLabelHidden
            value={name}
            onChange={(next) => navigate(`${costsPath()}${next === 'month' ? '' : `?period=${next}`}`)}
            options={periodNames.map((value) => ({ value, label: names[value] }))}
          />
          <button
            type="button"
            className="button"
            disabled={!report || report.spending.tasks === 0}
            onClick={() => report && saveCsv(report, period)}
          >
            <Icon name="download" />
            <Trans>Export CSV</Trans>
          </button>
        </div>
      </div>
      {report === null ? (
        <div className="empty" role="alert">
          <h2>
            <Trans>The costs could not be loaded.</Trans>
          </h2>
          <button type="button" className="button" onClick={readAgain}>
            <Trans>Try again</Trans>
          </button>
        </div>
      ) : report === undefined ? (
        <div className="skeleton-card costs-skeleton" />
      ) : (
        <ReportOf report={report} period={period} />
      )}
    </main>
  );
}

interface ReportProps {
  readonly report: Spending;
  readonly period: Period;
}

function ReportOf({ report, period }: ReportProps) {
  const { i18n, t } = useLingui();
  const [isTable, setIsTable] = useState(false);
  const { total, tasks } = report.spending;
  const bars = useMemo(() => barsOf(i18n, report.spending.byDay, period), [i18n, report, period]);
  return (
    <>
      <Facts report={report} />
      <section className="costs-card" aria-labelledby="costs-by-day">
        <div className="costs-card-head">
          <h2 id="costs-by-day">{bars.isByMonth ? <Trans>By month</Trans> : <Trans>By day</Trans>}</h2>
          <button type="button" className="button button-small" onClick={() => setIsTable(!isTable)}>
            {isTable ? <Trans>Show the chart</Trans> : <Trans>Show the table</Trans>}
          </button>
        </div>
        {isTable ? (
          <SpendingTable
            caption={t`Cost by day`}
            nameHeading={t`Day`}
            rows={bars.bars
              .filter((bar) => bar.tasks > 0)
              .map((bar) => ({ ...bar, settled: true }))
              .toReversed()}
          />
        ) : (
          <DayChart label={t`Cost by day: ${money(i18n, total.amount)} in total`} bars={bars.bars} />
        )}
        <p className="note">
          <Trans>Days are in UTC, as for the budget.</Trans>
        </p>
      </section>
      {tasks > 0 && <Breakdowns report={report} />}
    </>
  );
}

/** The total, the number of videos, and the balance at each provider. */
function Facts({ report: { spending, providers } }: { readonly report: Spending }) {
  const { i18n, t } = useLingui();
  const { total, tasks } = spending;
  return (
    <dl className="costs-facts">
      <div>
        <dt>
          <Trans>Total</Trans>
        </dt>
        <dd>{total.settled ? money(i18n, total.amount) : t`about ${money(i18n, total.amount)}`}</dd>
      </div>
      <div>
        <dt>
          <Trans>Videos</Trans>
        </dt>
        <dd>{i18n.number(tasks)}</dd>
      </div>
      <div>
        <dt>
          <Trans>Average per video</Trans>
        </dt>
        <dd>{tasks === 0 ? '–' : money(i18n, total.amount / tasks)}</dd>
      </div>
      {providers
        .filter(({ configured, credits }) => configured && credits !== null)
        .map(({ name, credits }) => (
          <div key={name}>
            <dt>
              <Trans>Balance at {i18n.t(providerTexts[name])}</Trans>
            </dt>
            <dd>
              <Plural value={credits ?? 0} one="# credit" other="# credits" />
            </dd>
          </div>
        ))}
    </dl>
  );
}
