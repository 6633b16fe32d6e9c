import type { I18n } from '@lingui/core';
import type { UserError } from '../api/task.ts';
import { refusalText } from './refusals.ts';

/** An error of the form, from the server, or from the page itself in the user's language (`code` null). */
export type FormError =
  | UserError
  | { readonly code: null; readonly message: string; readonly field: readonly string[] };

/** The error in the user's language. */
export const userErrorText = (i18n: I18n, error: FormError): string =>
  error.code === null ? error.message : refusalText(i18n, error);
