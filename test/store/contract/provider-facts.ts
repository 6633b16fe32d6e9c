import { describe, expect, test } from 'vitest';
import { now, type StoreTests } from './fixture.ts';

/** Facts that providers report, and who reads them. */
export function providerFactsContract(name: string, { withStore }: StoreTests): void {
  describe(`${name}: facts of providers`, () => {
    test(
      'are kept by provider and key, the newest of each',
      withStore(async ({ providerFacts }) => {
        await providerFacts.keep('KIE', 'a', { value: 0.5, at: now });
        await providerFacts.keep('KIE', 'a', { value: null, at: now + 1 });
        await providerFacts.keep('KIE', 'b', { value: { model: ['x'] }, at: now });
        await providerFacts.keep('GOOGLE', 'a', { value: 'other', at: now });
        expect(await providerFacts.all('KIE')).toEqual(
          new Map<string, unknown>([
            ['a', { value: null, at: now + 1 }],
            ['b', { value: { model: ['x'] }, at: now }],
          ]),
        );
        expect(await providerFacts.all('SIMULATOR')).toEqual(new Map());
      }),
    );

    test(
      'are read by one reader at a time, until its time is over',
      withStore(async ({ providerFacts }) => {
        const reserve = (reader: string, at: number) => providerFacts.reserve('KIE', reader, at, at + 10);
        expect([await reserve('one', now), await reserve('two', now + 5)]).toEqual([true, false]);
        // Extended: the end is that of the last reservation.
        expect([await reserve('one', now + 5), await reserve('two', now + 14)]).toEqual([true, false]);
        expect([await reserve('two', now + 16), await reserve('one', now + 17)]).toEqual([true, false]);
        expect(await providerFacts.reserve('GOOGLE', 'one', now, now + 10)).toBe(true);
      }),
    );
  });
}
