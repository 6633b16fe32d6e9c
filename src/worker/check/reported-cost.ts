import type { CheckFacts, VideoProvider } from '../../providers/provider.ts';
import type { Cost, VideoTask } from '../../domain/video-task.ts';
import { settledCost } from '../../domain/cost.ts';

/** True if a provider's record echoes the prompt of a task. */
export const isEchoOf = (task: VideoTask, echoedPrompt: string | null): boolean =>
  echoedPrompt !== null && echoedPrompt.trim() === task.spec.prompt.trim();

/**
 * True if a record proves the cost of our task. An id that a person gave for a lost submission may be any other of the
 * account, so only the echoed prompt proves it. A task that was made elsewhere has no cost here.
 */
export const provesCost = (task: VideoTask, { echoedPrompt }: Pick<CheckFacts, 'echoedPrompt'>): boolean =>
  task.provider.trackedId === null || task.spec.prompt === '' || isEchoOf(task, echoedPrompt);

/** The cost that a record reports; null when it reports none, or not that of this task: the estimate then stays. */
export const reportedCost = (
  provider: Pick<VideoProvider, 'usdPerCredit'>,
  task: VideoTask,
  facts: CheckFacts,
): Cost | null => (provesCost(task, facts) ? settledCost(provider, facts.credits, task.cost) : null);
