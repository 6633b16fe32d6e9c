import { useLingui } from '@lingui/react/macro';
import type { FormError } from '../i18n/user-error.ts';
import { readOptions, readSeed, type Draft, type GenerateInput } from './draft.ts';
import type { FormImage } from './images/use-images.ts';

/** The contents of the form when it is submitted. */
interface Submitted {
  readonly draft: Draft;
  readonly input: GenerateInput;
  readonly images: readonly FormImage[];
  readonly leftOut: readonly string[];
  readonly address: string;
  /** True if the model makes nothing without an image. */
  readonly requiresImages: boolean;
}

/**
 * Finds what is missing, or what the user sees in the form and would not be sent. Null if there is nothing.
 * A paid video is never made of less than what is on the screen.
 */
export function useMissing(): (submitted: Submitted) => FormError | null {
  const { t } = useLingui();
  const error = (field: string, message: string) => ({ code: null, message, field: ['input', field] });
  return ({ draft, input, images, leftOut, address, requiresImages }) => {
    if (input.prompt === undefined && !input.useCase)
      return error('prompt', t`Describe the video or choose a use case.`);
    if (images.some(({ state }) => state.kind === 'failed'))
      return error('referenceImages', t`An image cannot be used. Remove it, then generate again.`);
    if (leftOut.length > 0)
      return error(
        'referenceImages',
        t`Some images were not added. Press “Continue without them”, then generate again.`,
      );
    if (address.trim() !== '')
      return error('address', t`This URL is not added yet. Press “Add” or clear the field.`);
    if (requiresImages && images.length === 0)
      return error('referenceImages', t`This model needs an image. Add one, or choose another model.`);
    if (readSeed(draft.seed) === undefined)
      return error('seed', t`A seed is a whole number from 0 to 2147483647.`);
    if (readOptions(draft.providerOptions) === undefined)
      return error('providerOptions', t`This must be a JSON object.`);
    return null;
  };
}
