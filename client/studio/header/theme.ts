/** What a person can choose; `system` follows the device. */
export const themes = ['system', 'light', 'dark'] as const;
/** One of them. */
export type Theme = (typeof themes)[number];

const stored = 'reelay:theme';

/** What was chosen before. */
export const chosenTheme = (): Theme =>
  themes.find((theme) => theme === localStorage.getItem(stored)) ?? 'system';

/** Shows the page in it, now and at later visits. */
export function chooseTheme(theme: Theme): void {
  localStorage.setItem(stored, theme);
  applyTheme();
}

/** Puts the chosen theme on the page; style sheets read it there. */
export function applyTheme(): void {
  document.documentElement.dataset['theme'] = chosenTheme();
}
