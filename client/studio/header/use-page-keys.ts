import { useEffect } from 'react';

/** Keys of the whole page, where nothing takes letters: `/` searches, N goes to the prompt, `?` opens the list of keys. */
export function usePageKeys(onHelp: () => void): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTaken(event)) return;
      if (event.key === '?') onHelp();
      // By its place too: a Russian keyboard has no slash there.
      else if (event.key === '/' || (event.code === 'Slash' && !event.shiftKey)) focus('#search');
      else if (event.code === 'KeyN' && !event.shiftKey) focus('#prompt');
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [onHelp]);
}

/** True while a field takes letters, or a dialog or a list is open. */
function isTaken({ target }: KeyboardEvent): boolean {
  const isField =
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target.matches('input, textarea, select, [role="combobox"], [role="menuitem"]'));
  return isField || document.querySelector('[role="dialog"], [role="alertdialog"], [role="menu"]') !== null;
}

function focus(selector: string): void {
  const field = document.querySelector<HTMLElement>(selector);
  field?.focus();
  field?.scrollIntoView({ block: 'nearest' });
}
