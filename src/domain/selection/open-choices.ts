import { message, worded, type Wording } from '../messages.ts';
import type { ProviderOffer } from '../provider-offer.ts';
import { unsupported, type UserError } from '../user-errors/user-error.ts';
import { modelNamed, type VideoModel } from '../video-model.ts';

/** True if a model is no longer offered at a time, by the date that was announced for its end. */
const isOver = ({ retiredAt }: VideoModel, now: number): boolean => retiredAt !== null && retiredAt <= now;

/** The model of a name; the default without one: the first that is still offered. Undefined if none has the name. */
export const listedModel = (
  models: readonly VideoModel[],
  name: string | null,
  now: number,
): VideoModel | undefined =>
  name === null ? (models.find((model) => !isOver(model, now)) ?? models[0]) : modelNamed(models, name);

/** The error of a model that is no longer offered; none for any other. */
export function retiredErrors(
  { label: provider }: ProviderOffer,
  model: VideoModel,
  now: number,
): UserError[] {
  if (model.retiredAt === null || !isOver(model, now)) return [];
  const since = new Date(model.retiredAt).toISOString().slice(0, 10);
  const { label, successor } = model;
  const instead = successor === null ? 'Choose another model.' : `Use ${successor} instead.`;
  const reason = message('MODEL_NO_LONGER_OFFERED', { provider, model: label, since, successor });
  return [unsupported('model', `${provider} has not offered ${label} since ${since}. ${instead}`, reason)];
}

/** The choices of an input that were left open. */
interface OpenChoices {
  readonly provider: string | null;
  readonly model: string | null;
}

/** How the choices that an input left open were made, for people; null where it left none open. */
export function defaultReason(
  input: OpenChoices,
  selected: { readonly provider: ProviderOffer; readonly model: string },
  candidates: readonly ProviderOffer[],
): Wording | null {
  const { label } = selected.provider;
  const names = candidates.map(({ name }) => name).join(', ');
  const provider =
    candidates.length === 1
      ? `${label}, the only provider${input.model === null ? '' : ' with this model'}`
      : `${label}, the first of ${names} that supports the input`;
  if (input.provider === null) {
    const model = input.model === null ? selected.model : null;
    const text = `Selected by default: ${provider}${model === null ? '' : `; its default model ${model}`}.`;
    return candidates.length === 1
      ? worded('ONLY_PROVIDER', { provider: label, model }, text)
      : worded('FIRST_PROVIDER', { provider: label, providers: names, model }, text);
  }
  return input.model === null
    ? worded(
        'DEFAULT_MODEL',
        { provider: label, model: selected.model },
        `Selected by default: ${selected.model}, the default model of ${label}.`,
      )
    : null;
}
