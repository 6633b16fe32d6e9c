import type { ProviderFacts } from '../domain/provider-facts.ts';
import { modelNamed, type VideoModel } from '../domain/video-model.ts';
import type { ProviderName } from '../domain/video-task.ts';

const prefix = 'retired/';

/** The listed models that a provider refused as no longer offered, and since when, in milliseconds since 1970. */
export async function readRetiredModels(
  facts: ProviderFacts,
  provider: ProviderName,
): Promise<ReadonlyMap<string, number>> {
  const all = [...(await facts.all(provider))];
  return new Map(
    all.flatMap(([key, { value, at }]) =>
      key.startsWith(prefix) && value === true ? [[key.slice(prefix.length), at] as const] : [],
    ),
  );
}

/** Keeps whether a provider offers a model. */
export const keepRetirement = (
  facts: ProviderFacts,
  provider: ProviderName,
  model: string,
  { isRetired, at }: { readonly isRetired: boolean; readonly at: number },
): Promise<void> => facts.keep(provider, `${prefix}${model}`, { value: isRetired, at });

/** The id of the listed model that a task was sent for; null for one that is passed through by name. */
export const listedModel = (models: readonly VideoModel[], name: string): string | null =>
  modelNamed(models, name)?.id ?? null;
