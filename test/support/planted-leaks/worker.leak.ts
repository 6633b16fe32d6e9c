import { Worker } from 'node:worker_threads';
import { it } from 'vitest';

it('leaves a worker', () => void new Worker('setTimeout(() => {}, 60_000)', { eval: true }));
