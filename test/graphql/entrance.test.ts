import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { toGlobalId } from '../../src/domain/task-names/global-id.ts';
import { Entrance } from '../../src/graphql/entrance.ts';
import type { Owner } from '../../src/domain/video-task.ts';
import { local } from '../support/sample-task.ts';
import { startPushServer } from '../support/push-server.ts';

const busy = (ms: number) => {
  for (const until = performance.now() + ms; performance.now() < until;);
};
const many = 'many' as Owner;
const few = 'few' as Owner;

describe('operations of several owners', () => {
  it('take turns, so that one waits for one of another, over several turns of the loop', async () => {
    const entrance = new Entrance();
    const begun: Owner[] = [];
    const begin = (owner: Owner) =>
      entrance.execute(owner, () => {
        busy(1);
        begun.push(owner);
      });
    const all = Array.from({ length: 60 }, () => begin(many));
    await begin(few);
    expect(begun.indexOf(few)).toBe(1);
    // In the middle of a later turn as well, and two in a row.
    await all[20];
    const before = begun.length;
    await Promise.all([begin(few), begin(few)]);
    expect(begun.lastIndexOf(few) - before).toBeLessThanOrEqual(4);
    await Promise.all(all);
    expect(begun.length).toBe(63);
  });

  it('begin at once while nothing waits, some in one iteration', async () => {
    const entrance = new Entrance();
    const results = Array.from({ length: 30 }, (_, index) => entrance.run(many, () => index));
    const atOnce = results.filter((result) => !(result instanceof Promise));
    expect(atOnce).toEqual([...Array(20).keys()]);
    expect(await Promise.all(results.map((result) => Promise.resolve(result)))).toEqual([
      ...Array(30).keys(),
    ]);
    expect(entrance.run(few, () => 'at once')).toBe('at once');
  });

  it('have their responses written over several iterations, in order', async () => {
    const entrance = new Entrance();
    const written: number[] = [];
    const write = (index: number) =>
      entrance.write(() => {
        busy(5);
        written.push(index);
      });
    for (let index = 0; index < 6; index += 1) write(index);
    await setImmediate();
    const first = written.length;
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(4);
    write(6);
    while (written.length < 7) await setImmediate();
    expect(written).toEqual([...Array(7).keys()]);
  });

  it('begin no further reads while the slots are taken, of which some are kept for others', async () => {
    const entrance = new Entrance();
    const ends: (() => void)[] = [];
    const read = (owner: Owner) => {
      const { promise, resolve } = Promise.withResolvers<Owner>();
      return entrance.execute(owner, () => {
        ends.push(() => resolve(owner));
        return entrance.hold(owner, promise);
      });
    };
    const all = Array.from({ length: 40 }, () => read(many));
    await setImmediate();
    expect(ends.length).toBe(20);
    const other = read(few);
    await setImmediate();
    expect(ends.length).toBe(21);
    ends[20]?.();
    expect(await other).toBe(few);
    // A failed read gives its slot back too.
    await expect(
      entrance.execute(few, () => entrance.hold(few, Promise.reject(new Error('broken')))),
    ).rejects.toThrow('broken');
    for (let done = 0; done < 41; done += 1) {
      ends[done]?.();
      await setImmediate();
    }
    expect((await Promise.all(all)).length).toBe(40);
  });
});

describe('the work of one turn', () => {
  it('is executed in order and answered after that; what comes late is answered later', async () => {
    const turn = new Entrance();
    const steps: string[] = [];
    const late = Promise.withResolvers<string>();
    const first = turn.execute(local, () => {
      steps.push('executes 1');
      turn.write(() => steps.push('answers 1'));
      return 1;
    });
    const waits = turn.execute(local, async () => {
      steps.push('executes 2');
      const answer = await late.promise;
      const written = Promise.withResolvers<void>();
      turn.write(() => {
        steps.push(answer);
        written.resolve();
      });
      return written.promise;
    });
    const fails = turn.execute(local, () => {
      throw new Error('broken');
    });
    const last = turn.execute(local, () => {
      steps.push('executes 4');
      turn.write(() => steps.push('answers 4'));
      return 4;
    });
    expect(steps).toEqual([]);
    await expect(fails).rejects.toThrow('broken');
    expect([await first, await last]).toEqual([1, 4]);
    expect(steps).toEqual(['executes 1', 'executes 2', 'executes 4', 'answers 1', 'answers 4']);
    late.resolve('answers 2');
    await waits;
    expect(steps.at(-1)).toBe('answers 2');
  });
});

describe('requests that come in one piece', () => {
  it('are answered in their order, whichever lane answers each', async () => {
    await using server = await startPushServer();
    const tasks = await Promise.all(Array.from({ length: 12 }, () => server.create()));
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    await once(socket, 'connect');
    const bodies = tasks.flatMap(({ id }) => [
      `{"query":"{ videoTask(id: \\"${toGlobalId(id)}\\") { id } }"}`,
      '{"query":"{ nothing }"}',
    ]);
    const requests = bodies.map((body, index) =>
      [
        'POST /graphql HTTP/1.1',
        'host: localhost',
        'content-type: application/json',
        `content-length: ${body.length}`,
        `connection: ${index === bodies.length - 1 ? 'close' : 'keep-alive'}`,
        '',
        body,
      ].join('\r\n'),
    );
    socket.write(requests.join(''));
    const answers = [...(await text(socket)).matchAll(/\{"(?:data|errors)".*/g)].map(([answer]) => answer);
    expect(answers.map((answer) => /task_[\w-]{22}|nothing/.exec(answer)?.[0])).toEqual(
      tasks.flatMap(({ id }) => [toGlobalId(id), 'nothing']),
    );
  });
});
