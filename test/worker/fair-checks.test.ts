import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { Caller, taken } from '../support/kie-app.ts';
import { startLoopback } from '../support/loopback.ts';
import { startTestApp } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';

/** A Kie that answers when the test lets it, and counts the requests. */
async function startHolding() {
  const asked: string[] = [];
  const held = new Map<ServerResponse, string>();
  let isOpen = false;
  const answer = (response: ServerResponse, taskId: string) =>
    response.end(JSON.stringify({ code: 200, data: { taskId, state: 'generating' } }));
  const kie = await startLoopback((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      asked.push(`${request.url} ${body}`);
      const taskId = /taskId=(\w+)/.exec(request.url ?? '')?.[1] ?? `new${asked.length}`;
      if (isOpen) answer(response, taskId);
      else held.set(response, taskId);
    });
  });
  return {
    url: kie.url,
    host: kie.host,
    /** How many requests named this. */
    asked: (what: string) => asked.filter((text) => text.includes(what)).length,
    open: () => {
      isOpen = true;
      for (const [response, taskId] of held) answer(response, taskId);
      held.clear();
    },
    [Symbol.asyncDispose]: () => kie[Symbol.asyncDispose](),
  };
}

const keys = { many: '0123456789abcdef', few: 'fedcba9876543210' };
const startFor = (kie: { url: string; host: string }) =>
  startTestApp({
    PROVIDERS: 'kie',
    KIE_API_KEY: 'k',
    KIE_BASE_URL: kie.url,
    KIE_UPLOAD_URL: kie.url,
    KIE_CREATES_PER_10S: '0',
    KIE_POLL_INTERVAL_MS: '60000',
    FETCH_ALLOW_HOSTS: kie.host,
    API_KEYS: `many:${keys.many},few:${keys.few}`,
  });
/** The slots for checks that one owner may take, and more tasks than all slots. */
const slotsOfOne = 605;
const moreThanSlots = 700;
const parallel = <T>(count: number, run: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => run(index)));

describe('while the requests of one owner hang', () => {
  it("another owner's task is checked at once", async () => {
    await using kie = await startHolding();
    await using app = await startFor(kie);
    const [many, few] = [new Caller(app.url, keys.many), new Caller(app.url, keys.few)];
    await parallel(moreThanSlots, (index) => many.track(`a${index}z`));
    await waitFor('all slots that one owner may take', () => kie.asked('taskId=a') >= slotsOfOne);
    taken(await few.track('b0'));
    await waitFor('the other owner', () => kie.asked('taskId=b0') === 1);
    expect(kie.asked('taskId=a')).toBe(slotsOfOne);
    kie.open();
  });

  it("another owner's task is sent at once", async () => {
    await using kie = await startHolding();
    await using app = await startFor(kie);
    const [many, few] = [new Caller(app.url, keys.many), new Caller(app.url, keys.few)];
    await parallel(100, (index) => many.make(`many ${index}`));
    await waitFor('all slots that one owner may take', () => kie.asked('many ') >= 50);
    await few.make('few');
    await waitFor('the other owner', () => kie.asked('few') === 1);
    expect(kie.asked('many ')).toBeLessThan(100);
    kie.open();
  });

  it('so many of its lookups may wait, and the next is refused at once', async () => {
    await using kie = await startHolding();
    await using app = await startFor(kie);
    const ask = (id: string, key: string) =>
      fetch(`${app.url}/veo31/kie-status/${id}`, { headers: { authorization: `Bearer ${key}` } });
    const answers: (readonly [status: number, body: unknown])[] = [];
    const all = parallel(550, async (index) => {
      const response = await ask(`a${index % 30}z`, keys.many);
      answers.push([response.status, await response.json()]);
    });
    await waitFor(
      'the refusals',
      () => answers,
      ({ length }) => length === 50,
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(
      new Set([
        '[429,{"error":"Too many of your calls wait for the provider already. Wait until some have been answered."}]',
      ]),
    );
    const other = ask('b0', keys.few);
    await waitFor('the other owner', () => kie.asked('taskId=b0') === 1);
    kie.open();
    expect((await other).status).toBe(200);
    await all;
    expect(answers.filter(([status]) => status === 200).length).toBe(500);
    expect((await ask('c0', keys.many)).status).toBe(200);
  });

  it("another owner's /veo31/kie-status is answered by the next slot", async () => {
    await using kie = await startHolding();
    await using app = await startFor(kie);
    const status = async (id: string, key: string): Promise<unknown> => {
      const headers = { authorization: `Bearer ${key}` };
      const response = await fetch(`${app.url}/veo31/kie-status/${id}`, { headers });
      return response.json();
    };
    const all = parallel(60, (index) => status(`a${index}z`, keys.many));
    await waitFor('all slots that one owner may take', () => kie.asked('taskId=a') >= 9);
    const other = status('b0', keys.few);
    await waitFor('the other owner', () => kie.asked('taskId=b0') === 1);
    kie.open();
    expect(await other).toMatchObject({ task_id: 'b0', status: 'processing' });
    expect((await all).length).toBe(60);
  });

  it('hundreds of refreshes wait without work, and all are answered by their checks', async () => {
    await using kie = await startHolding();
    await using app = await startFor(kie);
    const caller = new Caller(app.url, keys.many);
    const tasks = await parallel(moreThanSlots, async (index) => taken(await caller.track(`a${index}z`)));
    await waitFor('all slots that one owner may take', () => kie.asked('taskId=a') >= slotsOfOne);
    const all = Promise.all(tasks.map(({ id }) => caller.byId('refreshVideoTask', id)));
    // Until what it takes to begin them is over: the least of a few tenths of a second counts.
    const shares: number[] = [];
    for (let part = 0; part < 4; part += 1) {
      const before = process.cpuUsage();
      await new Promise((resolve) => {
        setTimeout(resolve, 200);
      });
      const { user, system } = process.cpuUsage(before);
      shares.push((user + system) / 200_000);
    }
    expect(Math.min(...shares)).toBeLessThan(0.25);
    kie.open();
    expect((await all).map(({ task }) => (task?.checks ?? 0) > 0)).toEqual(tasks.map(() => true));
  });
});
