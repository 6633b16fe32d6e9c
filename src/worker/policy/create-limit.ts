import type { VideoProvider } from '../../providers/provider.ts';
import type { CreateLimit } from '../../store/create-limit.ts';

/** The provider's window slides by its own clock, and requests take time to arrive. In milliseconds. */
const marginMs = 500;

/** The limit of paid requests of a provider's account within the window that ends now; `max` 0: no limit. */
export const createLimit = ({ createRate }: Pick<VideoProvider, 'createRate'>, now: number): CreateLimit => ({
  now,
  windowMs: (createRate?.windowMs ?? 0) + marginMs,
  max: createRate?.max ?? 0,
});
