import { Trans, useLingui } from '@lingui/react/macro';
import type { Estimate } from '../api/queries.ts';
import { duration, money } from '../i18n/format.ts';
import { userErrorText } from '../i18n/user-error.ts';

interface SubmitProps {
  readonly estimate: Estimate | null;
  readonly isPending: boolean;
  readonly isUploading: boolean;
  /** Called with the click count before the form is submitted. */
  readonly onClick: (count: number) => void;
  /** Prompt of the last accepted request. */
  readonly acceptedPrompt: string | null;
  /** Errors that belong to no field. */
  readonly otherErrors: readonly string[];
}

/** The estimate and the submit button. */
export function Submit({
  estimate,
  isPending,
  isUploading,
  acceptedPrompt,
  onClick,
  otherErrors,
}: SubmitProps) {
  const { i18n, t } = useLingui();
  const foreseen = estimate?.userErrors.map((error) => userErrorText(i18n, error)) ?? [];
  const problems = otherErrors.length > 0 ? otherErrors : foreseen;
  const shortcut = /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘ Enter' : 'Ctrl + Enter';
  const isSimulated = estimate?.provider === 'SIMULATOR';
  return (
    <div className="submit" data-field="submit">
      <dl className="estimate" aria-live="polite" aria-label={t`Estimate`}>
        <div>
          <dt>{isSimulated ? t`Cost (not charged)` : t`Cost`}</dt>
          <dd>{estimate?.cost ? t`about ${money(i18n, estimate.cost.amount)}` : '–'}</dd>
        </div>
        <div>
          <dt>
            <Trans>Time</Trans>
          </dt>
          <dd>
            {typeof estimate?.seconds === 'number' ? t`about ${duration(i18n, estimate.seconds)}` : '–'}
          </dd>
        </div>
      </dl>
      {problems.length > 0 && (
        <p className="error" role="alert">
          {problems.join(' ')}
        </p>
      )}
      <button
        type="submit"
        className="button button-primary button-large"
        aria-disabled={isPending || isUploading}
        aria-describedby="submit-note"
        onClick={({ detail }) => onClick(detail)}
        onKeyDown={(event) => {
          if (event.repeat) event.preventDefault();
        }}
      >
        {isUploading ? t`Uploading images…` : isPending ? t`Sending…` : t`Generate video`}
      </button>
      <p className="note" id="submit-note">
        <Trans>or press {shortcut}</Trans>
      </p>
      <p className="visually-hidden" role="status">
        {acceptedPrompt !== null && t`Request accepted: ${acceptedPrompt.slice(0, 80)}`}
      </p>
    </div>
  );
}
