import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';

/**
 * Brings the tables of a file up to date, in a thread: one statement may take seconds, in which this one answers. Nobody else
 * may have the file open. All of it is one transaction, so that an update that is ended leaves the file as it was.
 *
 * @param options.onStep called before each step, with its name
 * @param options.signal ends it after its present statement
 * @throws the signal's reason; what makes the update fail
 */
export async function updateInThread(
  file: string,
  { onStep, signal }: { readonly onStep: (step: string) => void; readonly signal: AbortSignal },
): Promise<void> {
  signal.throwIfAborted();
  const thread = new Worker(new URL(`./update-thread${extname(import.meta.url)}`, import.meta.url), {
    workerData: { file },
  });
  thread.on('message', onStep);
  const end = () => void thread.terminate();
  signal.addEventListener('abort', end);
  try {
    await once(thread, 'exit');
  } finally {
    signal.removeEventListener('abort', end);
  }
  signal.throwIfAborted();
}
