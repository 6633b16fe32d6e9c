import { setupI18n, type I18n, type Messages } from '@lingui/core';

/** The languages of the studio. */
export const locales = ['en', 'ru'] as const;
/** A language. */
export type Locale = (typeof locales)[number];
/** Name of each language in that language. */
export const localeNames: Readonly<Record<Locale, string>> = { en: 'English', ru: 'Русский' };

const stored = 'reelay:locale';

const catalogues: Readonly<Record<Locale, () => Promise<{ messages: Messages }>>> = {
  en: () => import('./catalogues/en.po'),
  ru: () => import('./catalogues/ru.po'),
};

/** The language chosen earlier, otherwise the one that the browser prefers. */
function preferredLocale(): Locale {
  const preferred = [localStorage.getItem(stored), ...navigator.languages];
  for (const tag of preferred) {
    const locale = locales.find((known) => tag?.toLowerCase().split('-')[0] === known);
    if (locale !== undefined) return locale;
  }
  return 'en';
}

/** Opens the texts in the user's language. */
export async function openI18n(): Promise<I18n> {
  const i18n = setupI18n();
  await activate(i18n, preferredLocale());
  return i18n;
}

/** Changes the language, now and for later visits. */
export async function choose(i18n: I18n, locale: Locale): Promise<void> {
  localStorage.setItem(stored, locale);
  await activate(i18n, locale);
}

async function activate(i18n: I18n, locale: Locale): Promise<void> {
  const { messages } = await catalogues[locale]();
  document.documentElement.lang = locale;
  i18n.loadAndActivate({ locale, messages });
}
