const name = 'reelay:table';

/** The text of a table that was given in this tab and not sent yet; empty without one. */
export const readTableText = (): string => sessionStorage.getItem(name) ?? '';

/** Keeps the text until the table is sent: closing its dialog, or a reload, must not lose what was pasted. */
export function keepTableText(text: string): void {
  try {
    if (text === '') sessionStorage.removeItem(name);
    else sessionStorage.setItem(name, text);
  } catch {
    // There is no space: it lasts as long as its dialog.
  }
}
