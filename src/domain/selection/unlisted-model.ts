import { message } from '../messages.ts';
import { editDistance } from './edit-distance.ts';
import type { ProviderOffer } from '../provider-offer.ts';
import type { GenerateVideoInput } from '../selection.ts';
import { unsupported, type UserError } from '../user-errors/user-error.ts';
import { usesOf } from '../video-model.ts';
import type { JsonObject } from '../video-task.ts';

/** In `providerOptions`: the name of the model is meant as it is written. Never sent. */
const allowUnlisted = 'allowUnlistedModel';

/** A name that is this near to a listed one is taken for a typing error. */
const nearDistance = 2;

/** Options without those that are for Reelay; null if nothing is left. */
export function sentOptions(options: JsonObject | null): JsonObject | null {
  if (options === null || !(allowUnlisted in options)) return options;
  const { [allowUnlisted]: _, ...sent } = options;
  return Object.keys(sent).length > 0 ? sent : null;
}

/**
 * A model that the provider does not list, passed through by name, or every reason why it cannot be. Only its prompt
 * and `providerOptions` are sent: which fields it has for anything else is not known.
 */
export function passThrough(
  { label, models, acceptsOtherModels }: ProviderOffer,
  input: GenerateVideoInput,
): { readonly model: string | null; readonly errors: readonly UserError[] } {
  const { model } = input;
  const ids = models.map(({ id }) => id);
  if (model === null || !acceptsOtherModels) {
    const allowed = ids.join(', ');
    const instead = ids.length > 0 ? `Allowed: ${allowed}.` : 'Omit it.';
    const reason = message('MODEL_NOT_LISTED', { provider: label, model, allowed });
    const error = unsupported('model', `${label} has no model "${model}". ${instead}`, reason);
    return { model: null, errors: [error] };
  }
  const names = models.flatMap((each) => [
    each.id,
    ...usesOf(each).flatMap(([, limits]) => limits.model ?? []),
  ]);
  const near = names
    .map((name) => ({ name, distance: editDistance(model.toLowerCase(), name.toLowerCase()) }))
    .filter(({ distance }) => distance <= nearDistance)
    .toSorted((one, other) => one.distance - other.distance);
  if (near.length > 0 && input.providerOptions?.[allowUnlisted] !== true) {
    const suggestions = near.map(({ name }) => name);
    const text =
      `"${model}" is no listed model of ${label}. Did you mean ${suggestions.join(' or ')}? ` +
      `To use the name as it is, set "${allowUnlisted}": true in providerOptions.`;
    const reason = message('MODEL_MISSPELT', { provider: label, model, suggestions: suggestions.join(', ') });
    return { model: null, errors: [unsupported('model', text, reason)] };
  }
  return { model, errors: notSent(model, input) };
}

/** The inputs that cannot be sent, because only the prompt of an unlisted model has a known field. */
function notSent(model: string, input: GenerateVideoInput): UserError[] {
  const given: Partial<Record<keyof GenerateVideoInput, boolean>> = {
    referenceImages: input.referenceImages.length > 0,
    imagesAs: input.imagesAs !== 'AUTO',
    negativePrompt: input.negativePrompt !== null,
    audio: input.audio !== null,
    // 16:9 is what an input without a ratio has.
    aspectRatio: input.aspectRatio !== 'LANDSCAPE_16_9' && input.aspectRatio !== 'AUTO',
    durationSeconds: input.durationSeconds !== null,
    resolution: input.resolution !== null,
    seed: input.seed !== null,
  };
  return Object.entries(given)
    .filter(([, isGiven]) => isGiven)
    .map(([name]) =>
      unsupported(
        name,
        `${model} is not listed, so its field for ${name} is not known, and nothing but the prompt is sent. Set it in ` +
          "providerOptions under the provider's own name, or choose a listed model.",
        message('FIELD_NOT_KNOWN', { model, name }),
      ),
    );
}
