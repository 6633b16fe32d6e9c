import { setupI18n, type I18n, type Messages } from '@lingui/core';

/** The languages of the studio. */
export const locales = ['en', 'ru'] as const;
/** One of them. */
export type Locale = (typeof locales)[number];
/** Each in its own words. */
export const localeNames: Readonly<Record<Locale, string>> = { en: 'English', ru: 'Русский' };

const stored = 'reelay:locale';

const catalogues: Readonly<Record<Locale, () => Promise<{ messages: Messages }>>> = {
  en: () => import('./catalogues/en.po'),
  ru: () => import('./catalogues/ru.po'),
};

/** What was chosen before, else what the browser prefers. */
function preferredLocale(): Locale {
  const wishes = [localStorage.getItem(stored), ...navigator.languages];
  for (const wish of wishes) {
    const locale = locales.find((known) => wish?.toLowerCase().split('-')[0] === known);
    if (locale !== undefined) return locale;
  }
  return 'en';
}

/** The texts in the person's language. */
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
