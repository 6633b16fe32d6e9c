import { message } from '../messages.ts';
import type { GenerateVideoInput } from '../selection.ts';
import { unsupported, type UserError } from '../user-errors/user-error.ts';
import { usesOf, type VideoModel } from '../video-model.ts';

/**
 * The use that the images of an input are put to, with its limits; null without images, or where `errors` gets the reason.
 * AUTO takes the first whose limits hold that many, in the model's own order.
 */
export function useOfImages(model: VideoModel, input: GenerateVideoInput, errors: UserError[]) {
  const count = input.referenceImages.length;
  // The name of the model for a use of images stands for that use.
  const isUseNamed = input.model !== null && input.model !== model.id;
  const possible = usesOf(model).filter(([, limits]) => !isUseNamed || limits.model === input.model);
  if (count === 0) {
    if (input.imagesAs !== 'AUTO') {
      const { imagesAs } = input;
      const reason = message('IMAGES_FOR_USE_MISSING', { imagesAs });
      errors.push(
        unsupported('imagesAs', `${imagesAs} requires images, and there are none. Omit it.`, reason),
      );
    } else if (model.requiresImages || isUseNamed) {
      const name = input.model ?? model.id;
      const textModel = model.requiresImages ? null : model.id;
      const allowed = limitsText(possible);
      const instead = textModel === null ? '' : ` Without images, use ${textModel}.`;
      const reason = message('IMAGES_REQUIRED', { model: name, allowed, textModel });
      errors.push(
        unsupported('referenceImages', `${name} requires images. Allowed: ${allowed}.${instead}`, reason),
      );
    }
    return null;
  }
  const named = input.imagesAs === 'AUTO' ? possible : possible.filter(([name]) => name === input.imagesAs);
  const [name, limits] = named.find(([, { min, max }]) => count >= min && count <= max) ?? [];
  if (name !== undefined && limits !== undefined) return { name, limits };
  const { label } = model;
  const { imagesAs } = input;
  if (possible.length === 0) {
    const reason = message('IMAGES_NOT_TAKEN', { model: label });
    errors.push(unsupported('referenceImages', `${label} uses no images. Omit it.`, reason));
  } else if (named.length === 0) {
    const allowed = possible.map(([use]) => use).join(', ');
    const what = `${label} cannot use images as ${imagesAs}. Allowed: ${allowed}.`;
    const reason = message('IMAGE_USE_NOT_POSSIBLE', { model: label, imagesAs, allowed });
    errors.push(unsupported('imagesAs', what, reason));
  } else {
    const allowed = limitsText(named);
    const images = `${count} image${count === 1 ? '' : 's'}`;
    const what = `${label} cannot use ${images} as ${imagesAs}. Allowed: ${allowed}.`;
    const reason = message('IMAGE_COUNT_NOT_POSSIBLE', { model: label, imagesAs, count, allowed });
    errors.push(unsupported('referenceImages', what, reason));
  }
  return null;
}

const limitsText = (uses: ReturnType<typeof usesOf>): string =>
  uses.map(([use, { min, max }]) => `${use}: ${min === max ? min : `${min} to ${max}`}`).join(', ');
