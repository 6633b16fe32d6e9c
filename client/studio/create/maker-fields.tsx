import { useLingui } from '@lingui/react/macro';
import type { Model, Provider } from '../api/queries.ts';
import { duration, money } from '../i18n/format.ts';
import { providerTexts } from '../i18n/texts.ts';
import { Choice } from '../ui/choice.tsx';
import { Select } from '../ui/select.tsx';
import type { Draft } from './draft.ts';
import type { Maker } from './fit.ts';

interface MakerFieldsProps {
  readonly providers: readonly Provider[];
  readonly maker: Maker;
  /** True if a model supports the number of images in the form. */
  readonly canTake: (model: Model) => boolean;
  readonly onChange: (part: Partial<Draft>) => void;
}

/** Fields for the provider and the model. */
export function MakerFields({ providers, maker, canTake, onChange }: MakerFieldsProps) {
  const { i18n, t } = useLingui();
  const { provider, model } = maker;
  const detailOf = ({ price, typicalSeconds }: Model) =>
    [
      price === null ? null : t`from ${money(i18n, price.amount)}`,
      typicalSeconds === null ? null : t`about ${duration(i18n, typicalSeconds)}`,
    ]
      .filter((part) => part !== null)
      .join(' · ');
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
        options={provider.models.map((candidate) => ({
          value: candidate.id,
          label: candidate.label,
          detail: detailOf(candidate),
          reason: canTake(candidate) ? null : t`Supports fewer images.`,
        }))}
      />
    </>
  );
}
