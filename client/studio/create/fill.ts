import type { Draft, DraftImage } from './draft.ts';

/** What another part of the page puts into the form. */
export interface Fill {
  readonly draft: Partial<Draft>;
  /** In place of all images of the form; null leaves them. */
  readonly images: readonly (DraftImage | File)[] | null;
}

/** Scrolls to the form and focuses its prompt, so that the user sees what was filled in. */
export function showForm(): void {
  const prompt = document.querySelector<HTMLTextAreaElement>('#prompt');
  if (prompt === null) return;
  const isCalm = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  prompt.focus({ preventScroll: true });
  prompt.setSelectionRange(prompt.value.length, prompt.value.length);
  prompt.closest('.panel')?.scrollTo(0, 0);
  prompt.closest('.panel')?.scrollIntoView({ block: 'nearest', behavior: isCalm ? 'auto' : 'smooth' });
}
