import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { useCaseTexts } from '../i18n/texts.ts';
import { Select } from '../ui/select.tsx';
import type { Draft } from './draft.ts';

const useCases = ['PRODUCT_VIDEO', 'HERO_IMAGE', 'GEMSTONE_CLOSEUP', 'LUXURY_BRAND', 'GENERAL'] as const;

interface UseCaseFieldProps {
  readonly value: Draft['useCase'];
  readonly onChange: (useCase: Draft['useCase']) => void;
}

/** The choice of a use case, which adds a text to the prompt. */
export function UseCaseField({ value, onChange }: UseCaseFieldProps) {
  const { i18n, t } = useLingui();
  return (
    <Select
      label={t`Use case`}
      isLabelHidden
      name="useCase"
      value={value}
      onChange={onChange}
      options={[
        { value: null, label: t`No use case`, detail: t`Only my prompt` },
        ...useCases.map((each) => ({ value: each, label: i18n.t(useCaseTexts[each]) })),
      ]}
    />
  );
}

/** The whole prompt as it is sent, with the text that the use case adds: shown before it is paid for. */
export function SentPrompt({ prompt }: { readonly prompt: string }) {
  const { t } = useLingui();
  const [isWhole, setIsWhole] = useState(false);
  return (
    <div className="sent-prompt">
      <p className="sent-prompt-head">
        {isWhole ? <Trans>The whole prompt, as it is sent</Trans> : <Trans>The use case adds</Trans>}
        <button
          type="button"
          className="link-quiet"
          aria-expanded={isWhole}
          onClick={() => setIsWhole(!isWhole)}
        >
          {isWhole ? <Trans>Hide</Trans> : <Trans>Whole prompt</Trans>}
        </button>
      </p>
      {isWhole ? (
        // Focusable, so that it scrolls by keyboard.
        <p className="sent-prompt-text" tabIndex={0} role="region" aria-label={t`Whole prompt`} lang="en">
          {prompt}
        </p>
      ) : (
        // The words of the use case come first.
        <p className="sent-prompt-start" lang="en">
          {prompt}
        </p>
      )}
    </div>
  );
}
