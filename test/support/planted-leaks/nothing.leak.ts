import { it } from 'vitest';

it('leaves nothing', () => clearInterval(setInterval(() => {}, 1000)));
