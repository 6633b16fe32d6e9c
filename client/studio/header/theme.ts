/** Themes to choose from; `system` follows the device. */
export const themes = ['system', 'light', 'dark'] as const;
/** A theme. */
export type Theme = (typeof themes)[number];

const stored = 'reelay:theme';

/** The theme chosen earlier. */
export const chosenTheme = (): Theme =>
  themes.find((theme) => theme === localStorage.getItem(stored)) ?? 'system';

/** Applies a theme, now and on later visits. */
export function chooseTheme(theme: Theme): void {
  localStorage.setItem(stored, theme);
  applyTheme();
}

/** Applies the chosen theme: style sheets read it from the document element. */
export function applyTheme(): void {
  document.documentElement.dataset['theme'] = chosenTheme();
}
