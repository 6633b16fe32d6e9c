import type { I18n } from '@lingui/core';
import type { UserError } from '../api/documents.ts';
import { userErrorWords } from './words.ts';

/** What to mend, in the person's language; the server's English goes with it, since it names the values. */
export function userErrorText(i18n: I18n, { code, message }: UserError): string {
  if (i18n.locale === 'en') return message;
  return `${i18n.t(userErrorWords[code])} (${message})`;
}
