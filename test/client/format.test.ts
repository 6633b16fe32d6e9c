import { expect, it } from 'vitest';
import { money } from '../../client/cli/format.ts';

it.each([
  [0.075, '$0.075'],
  [1.575, '$1.575'],
  [0.15, '$0.15'],
  [0.6, '$0.60'],
  [0.1 + 0.2, '$0.30'],
  [12, '$12.00'],
])('shows a price of %s in full', (amount, text) => {
  expect(money({ amount, currency: 'USD' })).toBe(text);
});
