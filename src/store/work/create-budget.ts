import type { Kysely } from 'kysely';
import { withinCalendar } from '../../domain/calendar.ts';
import type { Dialect } from '../dialect.ts';
import type { Transact } from '../transactions.ts';
import { prepared } from '../queries/prepared.ts';
import type { Database } from '../tables/database.ts';
import type { CreateAllowance, CreateLimit, CreateReservation } from '../create-limit.ts';
import type { ProviderName } from '../../domain/video-task.ts';

/** One place in the sliding window, or the time at which its oldest create leaves it. Without a limit nothing is taken. */
export async function reserveCreate(
  db: Kysely<Database>,
  transact: Transact,
  { lock }: Pick<Dialect, 'lock'>,
  provider: ProviderName,
  limit: CreateLimit,
): Promise<CreateReservation> {
  const { now, windowMs, max } = limit;
  if (max === 0) {
    const { places, freeAt } = await readAllowance(db, provider, limit);
    return places === 0 ? { kind: 'full', freeAt } : { kind: 'granted' };
  }
  return transact(async (trx): Promise<CreateReservation> => {
    // Two instances must not both see the last place free.
    await lock?.(trx, `create budget of ${provider}`);
    await trx.executeQuery(forgetUpTo(trx, { provider, at: now - windowMs }));
    const { places, freeAt } = await readAllowance(trx, provider, limit);
    if (places === 0) return { kind: 'full', freeAt };
    await trx.executeQuery(take(trx, { provider, at: now }));
    return { kind: 'granted' };
  });
}

const forgetUpTo = prepared((db, { provider, at }: Create) =>
  db.deleteFrom('create_budget').where('provider', '=', provider).where('at', '<=', at).compile(),
);

const take = prepared((db, { provider, at }: Create) =>
  db.insertInto('create_budget').values({ provider, at }).compile(),
);

/** A create in the sliding window. */
interface Create {
  readonly provider: string;
  readonly at: number;
}

/** The number of creates that may begin now; with none, the time from which there is one. */
export async function readAllowance(
  db: Kysely<Database>,
  provider: ProviderName,
  { now, windowMs, max }: CreateLimit,
): Promise<CreateAllowance> {
  const [pause] = (await db.executeQuery(readPause(db, { provider }))).rows;
  if (pause !== undefined && pause.until > now) return { places: 0, freeAt: pause.until };
  if (max === 0) return { places: Number.POSITIVE_INFINITY, freeAt: now };
  const { rows: taken } = await db.executeQuery(readTaken(db, { provider, at: now - windowMs, max }));
  const oldest = taken.at(-1);
  return taken.length < max || oldest === undefined
    ? { places: max - taken.length, freeAt: now }
    : { places: 0, freeAt: oldest.at + windowMs };
}

const readPause = prepared((db, { provider }: { readonly provider: string }) =>
  db.selectFrom('create_pauses').select('until').where('provider', '=', provider).compile(),
);

const readTaken = prepared((db, { provider, at, max }: Create & { readonly max: number }) =>
  db
    .selectFrom('create_budget')
    .select('at')
    .where('provider', '=', provider)
    .where('at', '>', at)
    .orderBy('at', 'desc')
    .limit(max)
    .compile(),
);

/** Leaves a provider alone until a time; a longer pause stays. */
export async function pauseCreates(
  db: Kysely<Database>,
  provider: ProviderName,
  time: number,
): Promise<void> {
  const until = withinCalendar(time);
  await db
    .insertInto('create_pauses')
    .values({ provider, until })
    .onConflict((conflict) =>
      conflict.column('provider').doUpdateSet({ until }).where('create_pauses.until', '<', until),
    )
    .execute();
}
