import { useLingui } from '@lingui/react/macro';
import type { Model, Provider } from '../api/queries.ts';
import { duration, money, percent } from '../i18n/format.ts';
import { providerTexts } from '../i18n/texts.ts';
import { Choice } from '../ui/choice.tsx';
import { Select } from '../ui/select.tsx';
import type { Draft } from './draft.ts';
import type { Maker } from './fit.ts';
import type { Prices } from './use-prices.ts';

interface MakerFieldsProps {
  readonly providers: readonly Provider[];
  readonly maker: Maker;
  /** Prices for the chosen settings; null while they are unknown. */
  readonly prices: Prices | null;
  /** Whether a model supports the number of images in the form. */
  readonly canTake: (model: Model) => boolean;
  readonly onChange: (part: Partial<Draft>) => void;
}

/** Fields for the provider and the model. */
export function MakerFields({ providers, maker, prices, canTake, onChange }: MakerFieldsProps) {
  const { i18n, t } = useLingui();
  const { provider, model } = maker;
  const detailOf = ({ id, price, typicalSeconds, successRate }: Model) => {
    const amount = prices === null ? (price?.amount ?? null) : (prices.get(id) ?? null);
    return [
      amount === null ? null : money(i18n, amount),
      typicalSeconds === null ? null : t`about ${duration(i18n, typicalSeconds)}`,
      successRate === null ? null : t`${percent(i18n, successRate * 100)} succeed`,
    ]
      .filter((part) => part !== null)
      .join(' · ');
  };
  const reasonOf = (candidate: Model) =>
    candidate.retiredAt !== null
      ? candidate.successor === null
        ? t`No longer offered.`
        : t`No longer offered. Use ${nameOf(provider, candidate.successor)}.`
      : canTake(candidate)
        ? null
        : t`Supports fewer images.`;
  return (
    <>
      <Choice
        label={t`Provider`}
        name="provider"
        value={provider.name}
        onChange={(name) => onChange({ provider: name, model: null })}
        options={providers
          .filter(({ name, configured }) => configured || name !== 'SIMULATOR')
          .map(({ name, configured }) => ({
            value: name,
            label: i18n.t(providerTexts[name]),
            reason: configured ? null : t`${i18n.t(providerTexts[name])} is not configured on this server.`,
          }))}
      />
      <Select
        label={t`Model`}
        name="model"
        value={model.id}
        onChange={(id) => onChange({ model: id })}
        options={byMaker(provider.models).map((candidate) => ({
          value: candidate.id,
          label: candidate.label,
          group: candidate.maker,
          detail: detailOf(candidate),
          reason: reasonOf(candidate),
        }))}
      />
    </>
  );
}

/** The models of each maker together, in the order in which the makers come first. */
const byMaker = (models: readonly Model[]): Model[] =>
  [...Map.groupBy(models, ({ maker }) => maker).values()].flat();

const nameOf = ({ models }: Provider, id: string): string =>
  models.find((model) => model.id === id)?.label ?? id;
