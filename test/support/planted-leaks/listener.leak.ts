import { it } from 'vitest';

it('leaves a listener of the process', () => void process.on('SIGUSR2', () => {}));
