import { Collapsible } from '@base-ui/react/collapsible';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useRef, useState } from 'react';
import type { Model } from '../api/queries.ts';
import { Icon } from '../ui/icon.tsx';
import { TextField } from '../ui/text-field.tsx';
import type { Draft } from './draft.ts';

interface MoreFieldsProps {
  readonly model: Model;
  readonly draft: Draft;
  /** True while one of its fields has an error, which must be seen. */
  readonly hasError: boolean;
  readonly onChange: (part: Partial<Draft>) => void;
}

/** Fields that few videos need: what it must not show, the seed, and options of the provider. */
export function MoreFields({ model, draft, hasError, onChange }: MoreFieldsProps) {
  const { t } = useLingui();
  const [isOpen, setIsOpen] = useState(false);
  // Stays open while the error is being fixed.
  if (hasError && !isOpen) setIsOpen(true);
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isOpen) root.current?.scrollIntoView({ block: 'nearest' });
  }, [isOpen]);
  const set = [
    draft.negativePrompt.trim() === '' ? null : t`negative prompt`,
    draft.seed.trim() === '' ? null : t`seed`,
    draft.providerOptions.trim() === '' ? null : t`provider options`,
  ].filter((name) => name !== null);
  return (
    <Collapsible.Root ref={root} className="more" open={isOpen} onOpenChange={setIsOpen}>
      <Collapsible.Trigger className="more-trigger">
        <Icon name="chevron" />
        <Trans>More</Trans>
        {set.length > 0 && <span className="label-note">{set.join(', ')}</span>}
      </Collapsible.Trigger>
      <Collapsible.Panel className="more-panel">
        {model.acceptsNegativePrompt && (
          <TextField
            label={t`What should it not show?`}
            name="negativePrompt"
            element={<textarea className="input" rows={2} />}
            value={draft.negativePrompt}
            placeholder={t`Blur, text, watermarks`}
            onValueChange={(negativePrompt) => onChange({ negativePrompt })}
          />
        )}
        {model.acceptsSeed && (
          <TextField
            label={t`Seed`}
            note={draft.count > 1 ? t`each variant adds one` : t`the same number gives a similar video`}
            name="seed"
            inputMode="numeric"
            value={draft.seed}
            placeholder={t`random`}
            onValueChange={(seed) => onChange({ seed })}
          />
        )}
        <TextField
          label={t`Provider options`}
          note={t`JSON for the provider`}
          name="providerOptions"
          element={<textarea className="input code" rows={2} spellCheck={false} />}
          value={draft.providerOptions}
          placeholder='{"watermark": "none"}'
          onValueChange={(providerOptions) => onChange({ providerOptions })}
        />
      </Collapsible.Panel>
    </Collapsible.Root>
  );
}
