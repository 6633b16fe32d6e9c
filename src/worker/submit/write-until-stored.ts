import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkContext } from '../work-context.ts';

/** The pause between the first two tries, in milliseconds; it doubles with each. */
const firstPauseMs = 100;
/** Longer delays an outcome that is known; shorter fills the log while a disk is full. */
const longestPauseMs = 5000;

/**
 * Repeats a write that must not be lost until it succeeds: the provider reports the outcome of a paid request only
 * once. Each failure is logged with its cause and with `facts`, so that the log has what the database lacks.
 *
 * @param facts the outcome to write, for the log
 * @param signal ends the repetition after one last try
 * @throws the last failure, once the signal has aborted
 */
export async function writeUntilStored<T>(
  { log }: Pick<WorkContext, 'log'>,
  facts: { readonly task: string; readonly outcome: string; readonly [fact: string]: unknown },
  signal: AbortSignal,
  write: () => Promise<T>,
): Promise<T> {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, 2 * pauseMs)) {
    const isLast = signal.aborted;
    try {
      return await write();
    } catch (error) {
      if (isLast) {
        log.error(
          { err: error, ...facts },
          'the outcome of a paid request could not be written before the stop; resolve the task with resolveSubmission',
        );
        throw error;
      }
      log.error(
        { err: error, ...facts },
        'the outcome of a paid request could not be written; trying until it is',
      );
      // An abort only ends the pause.
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }
}
