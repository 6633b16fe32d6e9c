import { expect, it } from 'vitest';
import type { Owner } from '../../src/domain/video-task.ts';
import { UploadSlots } from '../../src/server/body/upload-slots.ts';

const [ann, ben, cat] = ['ann', 'ben', 'cat'] as Owner[] as [Owner, Owner, Owner];
const never = new AbortController().signal;

/** What has a slot by now, in order. */
function watch(slots: UploadSlots) {
  const held: string[] = [];
  const enter = async (name: string, owner: Owner, signal = never) => {
    const slot = await slots.enter(owner, signal);
    held.push(slot === null ? `${name} refused` : name);
    return slot;
  };
  return { held, enter };
}
const settle = () => new Promise(setImmediate);

it.each([1, 2, 4, 32])('one owner never takes the last of %s slots while it holds others', async (total) => {
  const { held, enter } = watch(new UploadSlots({ total, perOwner: total }));
  for (let index = 0; index < total + 1; index += 1) void enter('ann', ann);
  await settle();
  const own = held.length;
  expect(own).toBe(total === 1 ? 1 : total - Math.ceil(total / 8));
  void enter('ben', ben);
  await settle();
  expect(held.slice(own)).toEqual(total === 1 ? [] : ['ben']);
});

it('owners take turns, however many uploads of one wait', async () => {
  const { held, enter } = watch(new UploadSlots({ total: 1, perOwner: 1 }));
  let slot = await enter('first', ann);
  const waiting = [enter('a1', ann), enter('a2', ann), enter('a3', ann), enter('b1', ben), enter('c1', cat)];
  for (const next of [waiting[0], waiting[3], waiting[4], waiting[1], waiting[2]]) {
    slot?.[Symbol.dispose]();
    slot = (await next) ?? null;
  }
  expect(held).toEqual(['first', 'a1', 'b1', 'c1', 'a2', 'a3']);
});

it('an upload that ends while it waits takes no slot, and the others of its owner go on', async () => {
  const { held, enter } = watch(new UploadSlots({ total: 1, perOwner: 1 }));
  const gone = new AbortController();
  const slot = await enter('first', ann);
  const left = enter('left', ben, gone.signal);
  const next = enter('next', ben);
  gone.abort();
  expect(await left).toBeNull();
  slot?.[Symbol.dispose]();
  (await next)?.[Symbol.dispose]();
  expect(held).toEqual(['first', 'left refused', 'next']);
  expect(await enter('again', ann)).not.toBeNull();
});
