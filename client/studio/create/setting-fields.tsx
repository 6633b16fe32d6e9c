import { Collapsible } from '@base-ui/react/collapsible';
import { Trans, useLingui } from '@lingui/react/macro';
import { aspectTexts, resolutionTexts } from '../i18n/texts.ts';
import { Choice } from '../ui/choice.tsx';
import { Icon } from '../ui/icon.tsx';
import { Select } from '../ui/select.tsx';
import { Switch } from '../ui/switch.tsx';
import { TextField } from '../ui/text-field.tsx';
import type { Model } from '../api/queries.ts';
import { AspectPicture } from './aspect-picture.tsx';
import type { Draft } from './draft.ts';
import { aspectRatiosOf, durationsOf, resolutionsOf, useOfImages } from './fit.ts';

interface SettingFieldsProps {
  readonly model: Model;
  /** The draft as the model can make it. */
  readonly draft: Draft;
  readonly onChange: (part: Partial<Draft>) => void;
}

/** More lengths than this are a list. */
const mostSideBySide = 6;

/** Fields for what the chosen model can do: ratio, length, resolution, sound, and a negative prompt under “More”. */
export function SettingFields({ model, draft, onChange }: SettingFieldsProps) {
  const { i18n, t } = useLingui();
  const ratios = aspectRatiosOf(model, draft);
  const resolutions = resolutionsOf(model, draft);
  const shown = [...new Set([...model.aspectRatios, ...ratios])];
  return (
    <>
      <Choice
        label={t`Aspect ratio`}
        name="aspectRatio"
        value={draft.aspectRatio}
        onChange={(aspectRatio) => onChange({ aspectRatio })}
        options={shown.map((value) => ({
          value,
          label: i18n.t(aspectTexts[value]),
          picture: <AspectPicture ratio={value} />,
          reason: ratios.includes(value)
            ? null
            : ratios.length === 1 && ratios[0] === 'AUTO'
              ? t`The video has the ratio of its image.`
              : t`${i18n.t(aspectTexts[value])} is not available with these images.`,
        }))}
      />
      <div className="pair">
        <Duration model={model} draft={draft} onChange={onChange} />
        <Choice
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
      </div>
      <Switch
        label={t`Sound`}
        name="audio"
        isOn={draft.audio ?? model.defaultAudio}
        isFixed={model.audio !== 'OPTIONAL'}
        note={
          model.audio === 'ALWAYS'
            ? t`${model.label} always makes videos with sound.`
            : model.audio === 'NEVER'
              ? t`${model.label} makes videos without sound.`
              : undefined
        }
        onChange={(audio) => onChange({ audio })}
      />
      {model.acceptsNegativePrompt && (
        <Collapsible.Root className="more" defaultOpen={draft.negativePrompt !== ''}>
          <Collapsible.Trigger className="more-trigger">
            <Icon name="chevron" />
            <Trans>More</Trans>
          </Collapsible.Trigger>
          <Collapsible.Panel className="more-panel">
            <TextField
              label={t`What should it not show?`}
              name="negativePrompt"
              element={<textarea className="input" rows={2} />}
              value={draft.negativePrompt}
              placeholder={t`Blur, text, watermarks`}
              onValueChange={(negativePrompt) => onChange({ negativePrompt })}
            />
          </Collapsible.Panel>
        </Collapsible.Root>
      )}
    </>
  );
}

/** The length: side by side where there are few, otherwise a list. */
function Duration({ model, draft, onChange }: SettingFieldsProps) {
  const { t } = useLingui();
  const durations = durationsOf(model, draft);
  const value = draft.durationSeconds ?? model.defaultDuration;
  const ofUse = useOfImages(model, draft.images.length, draft.imagesAs)?.durations ?? model.durations;
  const whyNot =
    ofUse.length < model.durations.length
      ? t`With these images: only ${durations.join(', ')} s.`
      : t`At this resolution: only ${durations.join(', ')} s.`;
  const options = model.durations.map((length) => ({
    value: length,
    label: t`${length} s`,
    reason: durations.includes(length) ? null : whyNot,
  }));
  if (options.length <= mostSideBySide) {
    return (
      <Choice
        label={t`Duration`}
        name="durationSeconds"
        value={value}
        onChange={(durationSeconds) => onChange({ durationSeconds })}
        options={options}
      />
    );
  }
  return (
    <Select
      label={t`Duration`}
      name="durationSeconds"
      value={String(value)}
      onChange={(length) => onChange({ durationSeconds: Number(length) })}
      options={options
        .filter(({ reason }) => reason === null)
        .map(({ value: length, label }) => ({ value: String(length), label }))}
    />
  );
}
