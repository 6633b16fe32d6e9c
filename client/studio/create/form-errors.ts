import type { I18n } from '@lingui/core';
import { userErrorText, type FormError } from '../i18n/user-error.ts';

/** Fields that show their own error, and take the focus by `Form` when they have one. */
const textFields = ['prompt', 'useCase', 'label', 'negativePrompt', 'seed', 'providerOptions'];
/** Chips, whose errors are below their row. */
const chipFields = ['audio', 'provider', 'model', 'aspectRatio', 'durationSeconds', 'resolution', 'imagesAs'];
const namedFields = [...textFields, ...chipFields];
/** Fields under “More”. */
const moreFields = ['negativePrompt', 'seed', 'providerOptions'];

const nameOf = ({ field }: FormError): string => field?.[1] ?? '';

/** Errors of the form by the fields that show them. */
export function errorsOf(i18n: I18n, errors: readonly FormError[]) {
  const textsOf = (isMeant: (name: string) => boolean) =>
    errors.filter((error) => isMeant(nameOf(error))).map((error) => userErrorText(i18n, error));
  return {
    byField: Object.fromEntries(
      errors
        .filter((error) => namedFields.includes(nameOf(error)))
        .map((error) => [nameOf(error), userErrorText(i18n, error)]),
    ),
    ofChips: textsOf((name) => chipFields.includes(name)),
    others: textsOf((name) => ![...namedFields, 'referenceImages', 'address'].includes(name)),
    isInMore: errors.some((error) => moreFields.includes(nameOf(error))),
    /** The error of an image, of all of them (null), or of the URL that is being typed. */
    ofImage: (field: 'referenceImages' | 'address', index: number | null = null) => {
      const found = errors.find(
        (error) => nameOf(error) === field && (error.field?.[2] ?? null) === (index?.toString() ?? null),
      );
      return found === undefined ? undefined : userErrorText(i18n, found);
    },
  };
}

/** Focuses what an error belongs to where `Form` does not: an image, its address, a field under “More”, or the button. */
export function focusError(form: HTMLFormElement | null, field: string | undefined): void {
  if (field !== undefined && namedFields.includes(field) && !moreFields.includes(field)) return;
  const group = form?.querySelector(`[data-field="${field ?? 'submit'}"]`);
  const target =
    form?.querySelector(`.more [name="${field}"]`) ??
    group?.querySelector('[data-state="failed"] .image-remove, .images-left-out button') ??
    group?.querySelector('input:not([hidden]), button[type="submit"], button');
  if (target instanceof HTMLElement) target.focus();
}
