import type { Kysely } from 'kysely';
import type { JsonValue } from '../../domain/video-task.ts';
import type { ProviderFacts } from '../../domain/provider-facts.ts';
import type { SharedState } from '../shared-state.ts';
import type { Database } from '../tables/database.ts';

/** Facts of providers in their table. */
export const providerFacts = (
  db: Kysely<Database>,
  shared: Pick<SharedState, 'takeDuty'>,
): ProviderFacts => ({
  async all(provider) {
    const rows = await db
      .selectFrom('provider_facts')
      .select(['key', 'value', 'at'])
      .where('provider', '=', provider)
      .execute();
    return new Map(rows.map(({ key, value, at }) => [key, { value: JSON.parse(value) as JsonValue, at }]));
  },

  async keep(provider, key, { value, at }) {
    const fact = { value: JSON.stringify(value), at };
    await db
      .insertInto('provider_facts')
      .values({ provider, key, ...fact })
      .onConflict((conflict) => conflict.columns(['provider', 'key']).doUpdateSet(fact))
      .execute();
  },

  reserve: (provider, reader, now, until) =>
    shared.takeDuty(`reading of ${provider}`, reader, { now, until }),
});
