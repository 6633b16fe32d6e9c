import type { VideoProvider } from '../../providers/provider.ts';
import type { ProviderName } from '../../domain/video-task.ts';

/** The name of a provider in the seed's responses, such as `kie.ai` or `google`. */
export const seedName = (name: ProviderName): string => (name === 'KIE' ? 'kie.ai' : name.toLowerCase());

/** The provider of a seed's call: the preferred one if it is configured, otherwise the first; undefined without any. */
export const providerFor = (
  providers: readonly VideoProvider[],
  preferred: ProviderName | null,
): VideoProvider | undefined => providers.find(({ name }) => name === preferred) ?? providers[0];
