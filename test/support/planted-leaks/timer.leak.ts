import { it } from 'vitest';

it('leaves a timer', () => void setInterval(() => {}, 1000));
