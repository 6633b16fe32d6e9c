import { spawn } from 'node:child_process';
import { it } from 'vitest';

it('leaves a child process', () => void spawn(process.execPath, ['-e', 'setTimeout(() => {}, 15_000)']));
