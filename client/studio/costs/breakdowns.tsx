import { Trans, useLingui } from '@lingui/react/macro';
import type { Spending } from '../api/queries.ts';
import { everything } from '../live/filter.ts';
import { queryOf } from '../gallery/use-filter.ts';
import { useValue } from '../live/value.ts';
import { homePath, navigate } from '../route.ts';
import { useStudio } from '../studio.ts';
import { SpendingTable } from './spending-table.tsx';

/** The costs by model and by label. A label opens its videos. */
export function Breakdowns({ report: { spending } }: { readonly report: Spending }) {
  const studio = useStudio();
  const { t } = useLingui();
  const providers = useValue(studio.providers);
  const labelOf = (provider: string, id: string) =>
    providers.find(({ name }) => name === provider)?.models.find((model) => model.id === id)?.label ?? id;
  const { byModel, byLabel, otherLabels } = spending;
  return (
    <div className="costs-pair">
      <section className="costs-card" aria-labelledby="costs-by-model">
        <h2 id="costs-by-model">
          <Trans>By model</Trans>
        </h2>
        <SpendingTable
          caption={t`Cost by model`}
          nameHeading={t`Model`}
          rows={byModel.map(({ provider, model, cost, tasks }) => ({
            key: `${provider} ${model}`,
            name: labelOf(provider, model),
            tasks,
            amount: cost.amount,
            settled: cost.settled,
          }))}
        />
      </section>
      <section className="costs-card" aria-labelledby="costs-by-label">
        <h2 id="costs-by-label">
          <Trans>By label</Trans>
        </h2>
        <SpendingTable
          caption={t`Cost by label`}
          nameHeading={t`Label`}
          rows={[
            ...byLabel.map(({ label, cost, tasks }) => ({
              key: `label ${label}`,
              name: label ?? t`Without a label`,
              tasks,
              amount: cost.amount,
              settled: cost.settled,
              onOpen:
                label === null
                  ? undefined
                  : () => navigate(`${homePath()}${queryOf({ ...everything, label })}`),
            })),
            ...(otherLabels === null
              ? []
              : [
                  {
                    key: 'others',
                    name: t`All other labels`,
                    tasks: null,
                    amount: otherLabels.amount,
                    settled: otherLabels.settled,
                  },
                ]),
          ]}
        />
      </section>
    </div>
  );
}
