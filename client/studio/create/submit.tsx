import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { money, roughDuration } from '../i18n/format.ts';
import { userErrorText } from '../i18n/user-error.ts';
import { ChipSelect } from '../ui/chip-select.tsx';
import { isTouch } from '../ui/touch.ts';
import { mostVariants } from './draft.ts';
import type { Foreseen } from './use-estimate.ts';

interface SubmitProps {
  readonly foreseen: Foreseen | null;
  /** Videos per press. */
  readonly count: number;
  readonly onCount: (count: number) => void;
  readonly isPending: boolean;
  readonly isUploading: boolean;
  /** Called with the click count before the form is submitted. */
  readonly onClick: (count: number) => void;
  /** Prompt of the last accepted request. */
  readonly acceptedPrompt: string | null;
  /** Errors that belong to no field. */
  readonly otherErrors: readonly string[];
}

/** The cost, the time, the number of variants, and the submit button. */
export function Submit(props: SubmitProps) {
  const { foreseen, count, isPending, isUploading, acceptedPrompt, onClick, otherErrors } = props;
  const { i18n, t } = useLingui();
  const expected = foreseen?.estimate.userErrors.map((error) => userErrorText(i18n, error)) ?? [];
  const problems = otherErrors.length > 0 ? otherErrors : expected;
  const shortcut = /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘ Enter' : 'Ctrl + Enter';
  const hasKeys = !isTouch();
  return (
    <div className="create-foot" data-field="submit">
      {problems.length > 0 && (
        <p className="error" role="alert">
          {problems.join(' ')}
        </p>
      )}
      <div className="create-sum">
        <Sum foreseen={foreseen} count={count} />
        <ChipSelect
          label={t`Variants`}
          name="count"
          value={String(count)}
          onChange={(value) => props.onCount(Number(value))}
          options={Array.from({ length: mostVariants }, (_, index) => ({
            value: String(index + 1),
            label: index === 0 ? t`1 video` : t`${index + 1} variants`,
          }))}
        >
          × {count}
        </ChipSelect>
      </div>
      <div className="submit">
        <button
          type="submit"
          className="button button-primary button-large"
          aria-disabled={isPending || isUploading}
          aria-describedby={hasKeys ? 'submit-note' : undefined}
          onClick={({ detail }) => onClick(detail)}
          onKeyDown={(event) => {
            if (event.repeat) event.preventDefault();
          }}
        >
          {isUploading ? (
            <Trans>Uploading images…</Trans>
          ) : isPending ? (
            <Trans>Sending…</Trans>
          ) : (
            <Plural value={count} one="Generate video" other="Generate # videos" />
          )}
        </button>
        {hasKeys && (
          <p className="note" id="submit-note">
            <span className="visually-hidden">
              <Trans>or press</Trans>
            </span>{' '}
            <kbd>{shortcut}</kbd>
          </p>
        )}
      </div>
      <p className="visually-hidden" role="status">
        {acceptedPrompt !== null && t`Request accepted: ${acceptedPrompt.slice(0, 80)}`}
      </p>
    </div>
  );
}

/** What the press costs, and how long it takes. */
function Sum({ foreseen, count }: Pick<SubmitProps, 'foreseen' | 'count'>) {
  const { i18n, t } = useLingui();
  const estimate = foreseen?.estimate;
  const isSimulated = estimate?.provider === 'SIMULATOR';
  const price = estimate?.cost?.amount ?? null;
  return (
    <dl
      className="estimate"
      // Of the settings before: it is not to be taken for the price of these.
      data-stale={foreseen?.isCurrent === false || undefined}
      aria-live="polite"
      aria-label={t`Estimate`}
    >
      <div>
        <dt>{isSimulated ? t`Cost (not charged)` : t`Cost`}</dt>
        <dd>
          {price === null ? '–' : t`about ${money(i18n, price * count)}`}
          {price !== null && count > 1 && (
            <span className="label-note">
              {count} × {money(i18n, price)}
            </span>
          )}
        </dd>
      </div>
      <div>
        <dt>
          <Trans>Time</Trans>
        </dt>
        <dd>
          {typeof estimate?.seconds === 'number' ? t`about ${roughDuration(i18n, estimate.seconds)}` : '–'}
        </dd>
      </div>
    </dl>
  );
}
