import { message } from '../domain/messages.ts';
import { notConfigured } from '../domain/selection.ts';
import { openSpec, type Owner, type ProviderName } from '../domain/video-task.ts';
import { checkLabel, checkModel } from './check-input.ts';
import type { Commands } from './command-context.ts';
import { newTask } from './create-task.ts';
import { tooManyOpen } from './rate-limits.ts';
import { success, type TaskResult } from './task-result.ts';
import type { UserError } from '../domain/user-errors/user-error.ts';

/** A task that was made elsewhere. */
export interface TrackVideoTaskInput {
  readonly provider: ProviderName;
  readonly providerTaskId: string;
  readonly model: string | null;
  readonly label: string | null;
}

/** Longer ids were never seen; Google's operation names are the longest. */
const maxIdLength = 500;

/**
 * Follows a task that was made elsewhere. No provider is asked before this answers.
 *
 * An id that another owner's task holds is followed in name only: it reads as unknown until the patience ends.
 */
export async function trackVideoTask(
  { store, recorder, providers, limits, wakeWorker, now }: Commands,
  owner: Owner,
  input: TrackVideoTaskInput,
): Promise<TaskResult> {
  const userErrors: UserError[] = [];
  checkLabel(input.label, userErrors);
  checkModel(input.model, userErrors);
  const trackedId = input.providerTaskId.trim();
  if (!isProviderTaskId(trackedId)) userErrors.push(badId(['input', 'providerTaskId']));
  if (userErrors.length > 0) return { task: null, userErrors };
  const provider = providers.find(({ name }) => name === input.provider);
  if (provider === undefined) {
    return { task: null, userErrors: [notConfigured(input.provider, providers)] };
  }
  const model = input.model ?? provider.models[0]?.id ?? '';
  // Only the model of a task made elsewhere may be known.
  const spec = { ...openSpec, model, label: input.label };
  const task = newTask({ owner, provider: provider.name, spec, cost: null }, now());
  const kept = await store.insertTracked(
    {
      ...task,
      stage: 'GENERATING',
      provider: { ...task.provider, trackedId },
      work: { ...task.work, nextAction: 'check' },
    },
    limits && { openLimit: limits.openTasks },
  );
  if (kept.kind === 'tooManyOpen') {
    const refused = [tooManyOpen(limits)];
    recorder.logRefusal(owner, refused);
    return { task: null, userErrors: refused };
  }
  if (kept.kind === 'inserted') {
    recorder.log(kept.task, null);
    wakeWorker(provider.name);
  }
  return success(kept.task);
}

/** True if a text can be a provider's id of a task: no spaces, no control characters, not endless. */
export const isProviderTaskId = (text: string): boolean =>
  text.length > 0 && text.length <= maxIdLength && /^[\x21-\x7e]+$/.test(text);

/** The error for a text that cannot be one. */
export const badId = (field: readonly string[]): UserError => ({
  code: 'BAD_INPUT',
  message: "This cannot be a provider's task id: give the id as the provider shows it, without spaces.",
  reason: message('PROVIDER_TASK_ID_MALFORMED', {}),
  field,
});
