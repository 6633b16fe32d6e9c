import { useLingui } from '@lingui/react/macro';
import { money } from '../i18n/format.ts';
import { aspectTexts, resolutionTexts } from '../i18n/texts.ts';
import { userErrorText } from '../i18n/user-error.ts';
import { useValue } from '../live/value.ts';
import { useStudio } from '../studio.ts';
import { columnTexts } from './column-texts.ts';
import type { PlannedRow } from './plan.ts';
import { RowImages } from './row-images.tsx';
import type { AddedFile } from './use-image-files.ts';
import { estimateKey, type RowEstimates } from './use-row-estimates.ts';

interface ReviewRowProps {
  readonly planned: PlannedRow;
  readonly files: ReadonlyMap<string, AddedFile>;
  readonly estimates: RowEstimates;
}

/** The label of a row, which may be long: as much of it as tells it from the others. */
export function LabelCell({ label }: { readonly label: string | null | undefined }) {
  return (
    <td className="rows-label" title={label ?? undefined}>
      <span className="item-clamp" dir="auto">
        {label ?? '–'}
      </span>
    </td>
  );
}

/** One row as it would be sent, with what is wrong with it. */
export function ReviewRow({ planned, files, estimates }: ReviewRowProps) {
  const studio = useStudio();
  const providers = useValue(studio.providers);
  const { i18n, t } = useLingui();
  const { row, input, count, missingFiles, isEmpty } = planned;
  const estimate = estimates.get(estimateKey(planned));
  const model = providers
    .find(({ name }) => name === input.provider)
    ?.models.find(({ id }) => id === input.model);
  const settings = [
    model?.label ?? input.model,
    input.aspectRatio && i18n.t(aspectTexts[input.aspectRatio]),
    input.durationSeconds && t`${input.durationSeconds} s`,
    input.resolution && i18n.t(resolutionTexts[input.resolution]),
    typeof input.audio === 'boolean' && (input.audio ? t`with sound` : t`without sound`),
    count > 1 && `× ${count}`,
  ].filter((part) => typeof part === 'string' && part !== '');
  const errors = [
    ...row.problems.map(
      ({ column, text }) => t`${i18n.t(columnTexts[column])}: “${text}” is not understood.`,
    ),
    ...missingFiles.map((name) =>
      files.get(name.toLowerCase())?.kind === 'failed'
        ? t`The image ${name} cannot be used.`
        : files.get(name.toLowerCase())?.kind === 'uploading'
          ? t`The image ${name} is being uploaded.`
          : t`The image file ${name} is not added yet.`,
    ),
    ...(isEmpty ? [t`There is no prompt, neither here nor in the form.`] : []),
    ...(estimate === 'failed' ? [t`The server did not respond. Go back and check again.`] : []),
    ...(typeof estimate === 'object' ? estimate.userErrors.map((error) => userErrorText(i18n, error)) : []),
  ];
  const price =
    typeof estimate === 'object' && errors.length === 0 && estimate.cost !== null
      ? money(i18n, estimate.cost.amount * count)
      : errors.length > 0
        ? '–'
        : estimate === undefined
          ? '…'
          : t`unknown`;
  return (
    <tr data-wrong={errors.length > 0 || undefined}>
      <td className="rows-line">{row.line}</td>
      <LabelCell label={row.label} />
      <td>
        <div className="rows-prompt">
          <RowImages images={input.referenceImages ?? []} files={files} />
          <span className="item-clamp" dir="auto">
            {input.prompt ?? (isEmpty ? '–' : t`The text of the use case alone`)}
          </span>
        </div>
        {errors.map((error) => (
          <p key={error} className="error">
            {error}
          </p>
        ))}
      </td>
      <td className="rows-settings">{settings.join(' · ')}</td>
      <td className="rows-number">{price}</td>
    </tr>
  );
}
