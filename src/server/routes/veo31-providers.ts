import type { VideoProvider } from '../../providers/provider.ts';
import type { ProviderName } from '../../domain/video-task.ts';

/** The names of providers in the seed's responses. */
export const seedName: Record<ProviderName, string> = {
  KIE: 'kie.ai',
  GOOGLE: 'google',
  SIMULATOR: 'simulator',
};

/** The provider of a seed's call: the preferred one if it is configured, otherwise the first; undefined without any. */
export const providerFor = (
  providers: readonly VideoProvider[],
  preferred: ProviderName | null,
): VideoProvider | undefined => providers.find(({ name }) => name === preferred) ?? providers[0];
