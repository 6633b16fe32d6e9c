import { describe, expect, it, onTestFinished } from 'vitest';
import type { Owner } from '../../src/domain/video-task.ts';
import { ResponseRoom } from '../../src/graphql/response-room.ts';

const ann = 'ann' as Owner;
const ben = 'ben' as Owner;
const here = { destroyed: false };

/** Room for 100 bytes of an owner and 150 of all, of which `unread` are taken. */
function makeRoom(unread: Map<Owner, number> = new Map(), waitMs = 60_000): ResponseRoom {
  const room = new ResponseRoom({
    measure: () => ({
      total: [...unread.values()].reduce((sum, bytes) => sum + bytes, 0),
      of: (owner) => unread.get(owner) ?? 0,
    }),
    bytes: 150,
    bytesPerOwner: 100,
    waitMs,
  });
  onTestFinished(() => room[Symbol.dispose]());
  return room;
}

describe('room for responses', () => {
  it('is given at once while it lasts, and then in order when some is returned', async () => {
    const room = makeRoom();
    expect([room.enter(ann, 50, here), room.enter(ann, 50, here)]).toEqual([null, null]);
    const order: string[] = [];
    const waiting = ['third', 'fourth'].map((name) =>
      room.enter(ann, 50, here)?.then(() => order.push(name)),
    );
    expect(order).toEqual([]);
    room.leave(ann, 50, 50);
    await waiting[0];
    expect(order).toEqual(['third']);
    room.leave(ann, 50, 50);
    await waiting[1];
    expect(order).toEqual(['third', 'fourth']);
  });

  it('of one owner is not taken by another', async () => {
    const unread = new Map([[ann, 90]]);
    const room = makeRoom(unread);
    const waits = room.enter(ann, 50, here);
    expect([room.enter(ben, 50, here), waits]).toEqual([null, expect.any(Promise)]);
    unread.set(ann, 0);
    expect(await waits).toBe(true);
  });

  it('of all is shared, and everyone who keeps little gets one at a time', () => {
    const room = makeRoom(new Map([[ann, 100]]));
    expect(room.enter(ben, 80, here)).toBeNull();
    expect(room.enter(ben, 10, here)).toBeInstanceOf(Promise);
    // Larger than the limit of an owner: nothing could begin at all otherwise.
    expect(room.enter('carl' as Owner, 400, here)).toBeNull();
  });

  it('is refused when it does not come in time, to those who are gone, and to too many', async () => {
    const unread = new Map([[ann, 100]]);
    const late = makeRoom(unread, 100);
    expect(await late.enter(ann, 50, here)).toBe(false);
    const room = makeRoom(unread);
    const caller = { destroyed: false };
    const gone = room.enter(ann, 50, caller);
    const others = Array.from({ length: 511 }, () => Promise.resolve(room.enter(ann, 50, here)));
    expect(await room.enter(ann, 50, here)).toBe(false);
    caller.destroyed = true;
    expect(await gone).toBe(false);
    room[Symbol.dispose]();
    expect(await Promise.all(others)).toEqual(others.map(() => false));
  });
});
