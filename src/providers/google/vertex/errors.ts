import type { TaskError, TaskErrorCode } from '../../../domain/video-task.ts';
import { taskError } from '../../task-error.ts';
import { successorOf } from './models.ts';

/**
 * What the numbers of gRPC mean for a task (google.rpc.Code). 3, 5 and 9 depend on their text.
 */
const codes: Readonly<Record<number, TaskErrorCode>> = {
  1: 'PROVIDER_FAILED', // CANCELLED
  2: 'PROVIDER_FAILED', // UNKNOWN
  3: 'PROVIDER_REJECTED', // INVALID_ARGUMENT
  4: 'PROVIDER_FAILED', // DEADLINE_EXCEEDED
  5: 'PROVIDER_REJECTED', // NOT_FOUND
  6: 'PROVIDER_REJECTED', // ALREADY_EXISTS
  7: 'PROVIDER_UNAUTHORIZED', // PERMISSION_DENIED
  8: 'PROVIDER_FAILED', // RESOURCE_EXHAUSTED
  9: 'PROVIDER_REJECTED', // FAILED_PRECONDITION
  10: 'PROVIDER_FAILED', // ABORTED
  11: 'PROVIDER_REJECTED', // OUT_OF_RANGE
  12: 'PROVIDER_REJECTED', // UNIMPLEMENTED
  13: 'PROVIDER_FAILED', // INTERNAL
  14: 'PROVIDER_FAILED', // UNAVAILABLE
  15: 'PROVIDER_FAILED', // DATA_LOSS
  16: 'PROVIDER_UNAUTHORIZED', // UNAUTHENTICATED
};

/** Google's texts about prompts and pictures that its filters stop (docs on responsible AI, and issues, 2026). */
const filtered =
  /responsible ai|violat\w*.{0,60}(?:polic|guideline)|safety filter|sensitive words|prohibited content/i;
/** A model that is shut down (2026-10), and one that this project or location does not have (live, 2026). */
const retired =
  /is no longer available|publisher model .{0,300}? (?:was )?not found|has been (?:retired|shut down|discontinued)/is;

/** Whether a text says that the model is gone. */
export const saysRetired = (text: string | null): boolean => text !== null && retired.test(text);

/** The error of a task from the number of gRPC and the text that came with it. */
export function grpcError(
  label: string,
  model: string,
  { code, message }: { readonly code: number; readonly message: string | null },
): TaskError {
  if (saysRetired(message)) return retiredError(label, model, String(code), message);
  const name =
    message !== null && filtered.test(message) ? 'CONTENT_FILTERED' : (codes[code] ?? 'PROVIDER_FAILED');
  // Google bills generated videos alone: "You have not been charged for this attempt." (live, 2026-01).
  return taskError(label, name, String(code), message, 'NO');
}

/** The error for a model that is gone; names the one to use instead. */
export function retiredError(
  label: string,
  model: string,
  providerCode: string,
  message: string | null,
): TaskError {
  const error = taskError(label, 'MODEL_RETIRED', providerCode, message, 'NO');
  return {
    ...error,
    message:
      `${label} no longer offers ${model === '' ? 'this model' : model}, or not to this project and location` +
      `${message === null ? '.' : `: ${message.slice(0, 300).replace(/[.\s]*$/, '.')}`} ` +
      `Use ${successorOf(model)} instead.`,
  };
}
