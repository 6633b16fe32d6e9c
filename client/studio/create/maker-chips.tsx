import { useLingui } from '@lingui/react/macro';
import type { Model, Provider } from '../api/queries.ts';
import { money, percent, roughDuration } from '../i18n/format.ts';
import { providerTexts } from '../i18n/texts.ts';
import { ChipSelect } from '../ui/chip-select.tsx';
import type { Draft } from './draft.ts';
import { takesImages, type Maker } from './fit.ts';
import type { Prices } from './use-prices.ts';

interface ProviderChipProps {
  readonly providers: readonly Provider[];
  readonly maker: Maker;
  readonly onChange: (part: Partial<Draft>) => void;
}

/** The provider, where there is more than one to choose from. */
export function ProviderChip({ providers, maker, onChange }: ProviderChipProps) {
  const { i18n, t } = useLingui();
  const available = providers.filter(({ configured, models }) => configured && models.length > 0);
  if (available.length < 2) return null;
  return (
    <ChipSelect
      label={t`Provider`}
      name="provider"
      value={maker.provider.name}
      onChange={(name) => onChange({ provider: name, model: null })}
      options={available.map(({ name }) => ({ value: name, label: i18n.t(providerTexts[name]) }))}
    />
  );
}

interface ModelChipProps {
  readonly maker: Maker;
  /** Prices for the chosen settings; null while they are unknown. */
  readonly prices: Prices | null;
  readonly imageCount: number;
  readonly onChange: (part: Partial<Draft>) => void;
}

/** The model with its price for the chosen settings; the list compares the others at the same settings. */
export function ModelChip({ maker, prices, imageCount, onChange }: ModelChipProps) {
  const { i18n, t } = useLingui();
  const { provider, model } = maker;
  const priceOf = ({ id, price }: Model) =>
    prices === null ? (price?.amount ?? null) : (prices.get(id) ?? null);
  const detailOf = (candidate: Model) => {
    const { typicalSeconds, successRate } = candidate;
    const amount = priceOf(candidate);
    return [
      amount === null ? null : money(i18n, amount),
      typicalSeconds === null ? null : t`about ${roughDuration(i18n, typicalSeconds)}`,
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
      : takesImages(candidate, imageCount)
        ? null
        : t`Supports fewer images.`;
  const price = priceOf(model);
  return (
    <ChipSelect
      label={t`Model`}
      name="model"
      isWide
      value={model.id}
      onChange={(id) => onChange({ model: id })}
      options={byMaker(provider.models).map((candidate) => ({
        value: candidate.id,
        label: candidate.label,
        group: candidate.maker,
        detail: detailOf(candidate),
        reason: reasonOf(candidate),
      }))}
    >
      <span className="chip-text">{model.label}</span>
      {price !== null && <span className="chip-price">{money(i18n, price)}</span>}
    </ChipSelect>
  );
}

/** The models of each maker together, in the order in which the makers come first. */
const byMaker = (models: readonly Model[]): Model[] =>
  [...Map.groupBy(models, ({ maker }) => maker).values()].flat();

const nameOf = ({ models }: Provider, id: string): string =>
  models.find((model) => model.id === id)?.label ?? id;
