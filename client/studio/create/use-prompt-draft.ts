import { useLingui } from '@lingui/react/macro';
import { useEffect, useRef, useState } from 'react';
import { DraftPromptMutation } from '../api/mutations.ts';
import { userErrorText } from '../i18n/user-error.ts';
import { useStudio } from '../studio.ts';
import { imageInputsOf, type Draft } from './draft.ts';

/** State of drafting the prompt from the pictures. */
export type PromptDraft =
  | { readonly kind: 'none' | 'writing' }
  /** The draft is in the field, in place of this text. */
  | { readonly kind: 'written'; readonly before: string }
  | { readonly kind: 'failed'; readonly reason: string };

/**
 * Drafts a prompt from the pictures of the form, with the text of its field as notes. One draft at a time.
 *
 * @param onDraft called with each draft, to put it into the field
 */
export function usePromptDraft(onDraft: (prompt: string) => void) {
  const studio = useStudio();
  const { i18n, t } = useLingui();
  const [state, setState] = useState<PromptDraft>({ kind: 'none' });
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  async function write({ prompt, images, useCase }: Draft): Promise<void> {
    if (running.current !== null) return;
    const controller = new AbortController();
    running.current = controller;
    setState({ kind: 'writing' });
    const notes = prompt.trim();
    const input = { referenceImages: imageInputsOf(images), useCase, ...(notes !== '' && { notes }) };
    try {
      const { draftPrompt } = await studio.request(DraftPromptMutation, { input }, controller.signal);
      const [error] = draftPrompt.userErrors;
      if (draftPrompt.prompt === null) {
        setState({ kind: 'failed', reason: error === undefined ? failure() : userErrorText(i18n, error) });
        return;
      }
      setState({ kind: 'written', before: prompt });
      onDraft(draftPrompt.prompt);
    } catch {
      if (!controller.signal.aborted) setState({ kind: 'failed', reason: failure() });
    } finally {
      running.current = null;
    }
  }

  const failure = () => t`The prompt could not be drafted. Try again, or write it yourself.`;
  /** Puts the earlier text back. */
  const undo = () => {
    if (state.kind !== 'written') return;
    onDraft(state.before);
    setState({ kind: 'none' });
  };
  return { state, write, undo };
}
