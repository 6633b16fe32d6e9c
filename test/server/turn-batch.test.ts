import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { toGlobalId } from '../../src/schema/global-id.ts';
import { TurnBatch } from '../../src/server/graphql-http/turn-batch.ts';
import { startPushServer } from '../support/push-server.ts';

describe('the work of one turn', () => {
  it('is executed in order and answered after that; what comes late is answered later', async () => {
    const turn = new TurnBatch();
    const steps: string[] = [];
    const late = Promise.withResolvers<string>();
    const first = turn.execute(() => {
      steps.push('executes 1');
      turn.write(() => steps.push('answers 1'));
      return 1;
    });
    const waits = turn.execute(async () => {
      steps.push('executes 2');
      const answer = await late.promise;
      const written = Promise.withResolvers<void>();
      turn.write(() => {
        steps.push(answer);
        written.resolve();
      });
      return written.promise;
    });
    const fails = turn.execute(() => {
      throw new Error('broken');
    });
    const last = turn.execute(() => {
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
