import { message, type Message } from '../domain/messages.ts';
import type { VideoProvider } from '../providers/provider.ts';
import type { JsonObject } from '../domain/video-task.ts';
import type { UserError } from '../domain/user-errors/user-error.ts';

/**
 * Checks the options of an owner who has a budget. An estimate sees none of `providerOptions`, and many of them
 * change what is billed (another tier, more outputs, sound, a longer video): only those pass that are known not to.
 *
 * @param field the path of the options, or of what they are taken from
 */
export function refusedOptions(
  provider: VideoProvider,
  model: string,
  options: JsonObject | null,
  field: readonly string[],
): UserError[] {
  const free = provider.freeOptions(model);
  const names = [...free.keys()];
  const instead = names.length === 0 ? 'Omit it.' : `Omit it. Allowed with ${model}: ${names.join(', ')}.`;
  const allowed = names.length === 0 ? null : names.join(', ');
  const refuse = (key: string, reason: Message, why: string): UserError => ({
    code: 'BAD_INPUT',
    message: `providerOptions cannot set "${key}" under a monthly budget: ${why}`,
    reason,
    field: field.at(-1) === 'providerOptions' ? [...field, key] : field,
  });
  return Object.entries(options ?? {}).flatMap(([key, value]) => {
    const types = free.get(key);
    if (types === undefined)
      return refuse(
        key,
        message('OPTION_CHANGES_COST', { option: key, model, allowed }),
        `it may change what the video costs, which the budget would not include. ${instead}`,
      );
    return types.some((type) => typeof value === type)
      ? []
      : refuse(
          key,
          message('OPTION_OF_WRONG_TYPE', { option: key, types: types.join(', ') }),
          `it must be a ${types.join(' or ')}.`,
        );
  });
}
