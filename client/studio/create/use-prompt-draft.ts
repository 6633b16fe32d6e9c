import { useLingui } from '@lingui/react/macro';
import { useEffect, useRef, useState } from 'react';
import { DraftPromptMutation } from '../api/mutations.ts';
import { userErrorText } from '../i18n/user-error.ts';
import { useStudio } from '../studio.ts';
import { imageInputsOf, type Draft } from './draft.ts';

/** State of drafting the prompt from the pictures. */
export type PromptDraft =
  | { readonly kind: 'none' | 'writing' }
  /** The draft waits: the text of the field was changed while it was written. */
  | { readonly kind: 'offered'; readonly text: string }
  /** The draft is in the field, in place of this text. */
  | { readonly kind: 'written'; readonly before: string }
  | { readonly kind: 'failed'; readonly reason: string };

/**
 * Drafts a prompt from the pictures of the form, with the text of its field as notes. One draft at a time.
 *
 * @param prompt the present text of the field
 * @param onDraft called with each draft, to put it into the field; never over text that was typed since it was asked for
 */
export function usePromptDraft(prompt: string, onDraft: (prompt: string) => void) {
  const studio = useStudio();
  const { i18n, t } = useLingui();
  const [state, setState] = useState<PromptDraft>({ kind: 'none' });
  const running = useRef<AbortController | null>(null);
  const current = useRef(prompt);
  useEffect(() => {
    current.current = prompt;
  }, [prompt]);
  useEffect(() => () => running.current?.abort(), []);

  async function write({ prompt: before, images, useCase }: Draft): Promise<void> {
    if (running.current !== null) return;
    const controller = new AbortController();
    running.current = controller;
    setState({ kind: 'writing' });
    const notes = before.trim();
    const input = { referenceImages: imageInputsOf(images), useCase, ...(notes !== '' && { notes }) };
    try {
      const { draftPrompt } = await studio.request(DraftPromptMutation, { input }, controller.signal);
      const [error] = draftPrompt.userErrors;
      if (draftPrompt.prompt === null) {
        setState({ kind: 'failed', reason: error === undefined ? failure() : userErrorText(i18n, error) });
        return;
      }
      if (current.current === before) use(draftPrompt.prompt);
      else setState({ kind: 'offered', text: draftPrompt.prompt });
    } catch {
      if (!controller.signal.aborted) setState({ kind: 'failed', reason: failure() });
    } finally {
      running.current = null;
    }
  }

  const failure = () => t`The prompt could not be drafted. Try again, or write it yourself.`;
  /** Puts a draft into the field. */
  const use = (text: string) => {
    setState({ kind: 'written', before: current.current });
    onDraft(text);
  };
  /** Puts the earlier text back. */
  const undo = () => {
    if (state.kind !== 'written') return;
    onDraft(state.before);
    setState({ kind: 'none' });
  };
  return { state, write, use, undo };
}
