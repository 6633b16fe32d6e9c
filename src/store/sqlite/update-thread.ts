import { parentPort, workerData } from 'node:worker_threads';
import { updateFile } from './update-file.ts';

// The program of the thread that `updateInThread` starts.
const { file } = workerData as { readonly file: string };
await updateFile(file, (step) => parentPort?.postMessage(step, []));
