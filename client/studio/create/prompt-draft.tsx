import { Trans, useLingui } from '@lingui/react/macro';
import { Icon } from '../ui/icon.tsx';
import type { PromptDraft } from './use-prompt-draft.ts';

interface PromptDraftButtonProps {
  readonly state: PromptDraft;
  /** True if there is a picture, and none is being uploaded. */
  readonly hasPictures: boolean;
  readonly onDraft: () => void;
  readonly onUse: (text: string) => void;
  readonly onUndo: () => void;
}

/** Button that drafts the prompt from the pictures, with what became of it. The user edits the draft and sends it. */
export function PromptDraftButton({ state, hasPictures, onDraft, onUse, onUndo }: PromptDraftButtonProps) {
  const { t } = useLingui();
  const isWriting = state.kind === 'writing';
  return (
    <div className="prompt-draft" data-state={state.kind}>
      <div className="prompt-draft-row">
        <button
          type="button"
          className="button button-small"
          aria-disabled={!hasPictures || isWriting}
          aria-describedby="prompt-draft-note"
          onClick={() => {
            if (hasPictures && !isWriting) onDraft();
          }}
        >
          <Icon name="image" />
          {isWriting ? <Trans>Looking at the pictures…</Trans> : <Trans>Draft from pictures</Trans>}
        </button>
        {state.kind === 'offered' && (
          <button type="button" className="button button-small" onClick={() => onUse(state.text)}>
            <Trans>Use the draft</Trans>
          </button>
        )}
        {state.kind === 'written' && (
          <button type="button" className="button button-small button-quiet" onClick={onUndo}>
            {state.before.trim() === '' ? <Trans>Clear</Trans> : <Trans>Restore my text</Trans>}
          </button>
        )}
      </div>
      <p className="note" id="prompt-draft-note" role="status">
        {noteOf(state, hasPictures, {
          empty: t`Add a picture below, and a prompt can be drafted from it.`,
          offered: t`The draft is ready. Your text has changed since, so it was left as it is.`,
          written: t`Drafted from your pictures. Read it, change it, then generate.`,
        })}
      </p>
      {state.kind === 'failed' && (
        <p className="error" role="alert">
          {state.reason}
        </p>
      )}
    </div>
  );
}

const noteOf = (
  state: PromptDraft,
  hasPictures: boolean,
  texts: { readonly empty: string; readonly offered: string; readonly written: string },
): string => {
  if (state.kind === 'written' || state.kind === 'offered') return texts[state.kind];
  return hasPictures ? '' : texts.empty;
};
