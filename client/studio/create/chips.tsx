import { useLingui } from '@lingui/react/macro';
import type { Provider } from '../api/queries.ts';
import { aspectTexts, resolutionTexts } from '../i18n/texts.ts';
import { ChipSelect } from '../ui/chip-select.tsx';
import { AspectPicture } from './aspect-picture.tsx';
import type { Draft } from './draft.ts';
import { aspectRatiosOf, durationsOf, resolutionsOf, useOfImages, type Maker } from './fit.ts';
import { ModelChip, ProviderChip } from './maker-chips.tsx';
import { SoundChip } from './sound-chip.tsx';
import type { Prices } from './use-prices.ts';

interface ChipsProps {
  readonly providers: readonly Provider[];
  readonly maker: Maker;
  /** Prices for the chosen settings; null while they are unknown. */
  readonly prices: Prices | null;
  /** The draft as the model can make it. */
  readonly draft: Draft;
  /** Errors of the fields below, shown under the row. */
  readonly errors: readonly string[];
  readonly onChange: (part: Partial<Draft>) => void;
}

/** The settings of the video in one row: ratio, length, resolution, sound, and the model with its price. */
export function Chips({ providers, maker, prices, draft, errors, onChange }: ChipsProps) {
  const { i18n, t } = useLingui();
  const { model } = maker;
  const ratios = aspectRatiosOf(model, draft);
  const resolutions = resolutionsOf(model, draft);
  const durations = durationsOf(model, draft);
  const length = draft.durationSeconds ?? model.defaultDuration;
  const isShort = durations.length < model.durations.length;
  const ofUse = useOfImages(model, draft.images.length, draft.imagesAs)?.durations ?? model.durations;
  const whyNot =
    ofUse.length < model.durations.length
      ? t`With these images: only ${durations.join(', ')} s.`
      : t`At this resolution: only ${durations.join(', ')} s.`;
  const followsImage = ratios.length === 1 && ratios[0] === 'AUTO';
  const notes = [followsImage ? t`The video has the ratio of its image.` : null, isShort ? whyNot : null];
  return (
    <div className="chips-field">
      <div className="chips" role="group" aria-label={t`Settings`}>
        <ChipSelect
          label={t`Aspect ratio`}
          name="aspectRatio"
          value={draft.aspectRatio}
          onChange={(aspectRatio) => onChange({ aspectRatio })}
          options={[...new Set([...model.aspectRatios, ...ratios])].map((value) => ({
            value,
            label: i18n.t(aspectTexts[value]),
            picture: <AspectPicture ratio={value} />,
            reason: ratios.includes(value)
              ? null
              : followsImage
                ? t`The video has the ratio of its image.`
                : t`${i18n.t(aspectTexts[value])} is not available with these images.`,
          }))}
        >
          <AspectPicture ratio={draft.aspectRatio} />
          {i18n.t(aspectTexts[draft.aspectRatio])}
        </ChipSelect>
        <ChipSelect
          label={t`Duration`}
          name="durationSeconds"
          value={String(length)}
          onChange={(value) => onChange({ durationSeconds: Number(value) })}
          options={model.durations.map((value) => ({
            value: String(value),
            label: t`${value} s`,
            reason: durations.includes(value) ? null : whyNot,
          }))}
        />
        <ChipSelect
          label={t`Resolution`}
          name="resolution"
          value={draft.resolution ?? model.defaultResolution}
          onChange={(resolution) => onChange({ resolution })}
          options={model.resolutions.map((value) => ({
            value,
            label: i18n.t(resolutionTexts[value]),
            reason: resolutions.includes(value)
              ? null
              : t`${i18n.t(resolutionTexts[value])} is not available with these images.`,
          }))}
        />
        <SoundChip model={model} audio={draft.audio} onChange={(audio) => onChange({ audio })} />
        <ProviderChip providers={providers} maker={maker} onChange={onChange} />
        <ModelChip maker={maker} prices={prices} imageCount={draft.images.length} onChange={onChange} />
      </div>
      <p className="note">{notes.filter((note) => note !== null).join(' ')}</p>
      {errors.map((error) => (
        <p key={error} className="error" role="alert">
          {error}
        </p>
      ))}
    </div>
  );
}
