import type { I18n } from '@lingui/core';
import type { UserError } from '../api/task.ts';
import { userErrorTexts } from './texts.ts';

/** An error of the form, from the server, or from the page itself in the user's language (`code` null). */
export type FormError =
  | UserError
  | { readonly code: null; readonly message: string; readonly field: readonly string[] };

/** The error in the user's language, followed by the server's English message, which names the values. */
export function userErrorText(i18n: I18n, { code, message }: FormError): string {
  if (code === null || i18n.locale === 'en') return message;
  return `${i18n.t(userErrorTexts[code])} (${message})`;
}
