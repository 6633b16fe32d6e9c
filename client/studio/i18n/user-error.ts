import type { I18n } from '@lingui/core';
import type { UserError } from '../api/task.ts';
import { userErrorWords } from './words.ts';

/** What stands against a press: found by the server, or by the page itself (`code` null) in the person's language. */
export type FormError =
  | UserError
  | { readonly code: null; readonly message: string; readonly field: readonly string[] };

/** What to change, in the person's language; the server's English goes with it, since it names the values. */
export function userErrorText(i18n: I18n, { code, message }: FormError): string {
  if (code === null || i18n.locale === 'en') return message;
  return `${i18n.t(userErrorWords[code])} (${message})`;
}
