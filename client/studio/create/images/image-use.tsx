import { useLingui } from '@lingui/react/macro';
import type { Model } from '../../api/queries.ts';
import { imageUseTexts } from '../../i18n/texts.ts';
import { ChipSelect } from '../../ui/chip-select.tsx';
import type { Draft } from '../draft.ts';
import { useOfImages } from '../fit.ts';

interface ImageUseProps {
  readonly model: Model;
  readonly draft: Draft;
  readonly onChange: (part: Partial<Draft>) => void;
}

/** How the model uses the images. Shown while there are some. */
export function ImageUse({ model, draft, onChange }: ImageUseProps) {
  const { i18n, t } = useLingui();
  const count = draft.images.length;
  if (count === 0) return null;
  return (
    <ChipSelect
      label={t`How to use the images`}
      name="imagesAs"
      value={draft.imagesAs}
      onChange={(imagesAs) => onChange({ imagesAs })}
      options={(['AUTO', 'REFERENCE', 'FIRST_FRAME', 'FIRST_AND_LAST_FRAME'] as const).map((value) => ({
        value,
        label: i18n.t(imageUseTexts[value]),
        reason:
          useOfImages(model, count, value) === null
            ? t`Not available with this number of images or with this model.`
            : null,
      }))}
    >
      {draft.imagesAs === 'AUTO' ? t`Use: auto` : i18n.t(imageUseTexts[draft.imagesAs])}
    </ChipSelect>
  );
}
