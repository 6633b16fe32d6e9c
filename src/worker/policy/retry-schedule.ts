import type { WorkContext } from '../work-context.ts';
import type { TaskFault } from '../provider-health/task-faults.ts';
import { jittered, nextCheckDelay, nextUnansweredDelay } from './check-interval.ts';

/**
 * The longest pause that a provider may ask for, in milliseconds. Rate windows and maintenance are shorter, and one odd
 * header must not stop the work for years.
 */
const longestAskedPauseMs = 900_000;

/**
 * The pause before a provider is asked again that was busy (such as a 429 of Kie), in maintenance or could not be reached,
 * in milliseconds: as long as it asks for, within reason, but at least a base interval.
 *
 * @param retryAfterMs the pause that the provider asked for; null when it named none
 * @param random a number from 0 to 1
 */
export const retryPause = (intervalMs: number, retryAfterMs: number | null, random: number): number =>
  jittered(Math.max(intervalMs, Math.min(longestAskedPauseMs, retryAfterMs ?? 0)), random);

type Clock = Pick<WorkContext, 'provider' | 'now' | 'random'>;

/**
 * The time at which a request is made again that the provider did not take: a paid one that is proven not sent, or rejected and not
 * queued, an upload of images, or the request to stop a task. In milliseconds since 1970.
 */
export const askAgainAt = ({ provider, now, random }: Clock, retryAfterMs: number | null): number =>
  now() + retryPause(provider.pollIntervalMs, retryAfterMs, random());

/**
 * The time at which a task is checked again whose check met a fault of the provider. In milliseconds since 1970.
 *
 * @param fault the faults of this task: it is checked less and less often, by far more so for those that are its own
 */
export function checkAgainAt(
  { provider, now, random }: Clock,
  retryAfterMs: number | null,
  fault: TaskFault | null,
): number {
  const { pollIntervalMs } = provider;
  return (
    now() +
    Math.max(
      retryPause(pollIntervalMs, retryAfterMs, random()),
      nextCheckDelay(pollIntervalMs, fault?.own ?? 0, random()),
      nextUnansweredDelay(pollIntervalMs, fault?.inARow ?? 0, random()),
    )
  );
}
