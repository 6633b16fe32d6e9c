import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { type Simulator, startSimulator } from '../../../src/providers/simulator/simulator.ts';
import type { Contract } from '../../../src/providers/simulator/kie/task/task-id.ts';
import { type SwitchesOf, createBody, json, queryPath, until } from './kie-client.ts';

interface Delivered {
  readonly body: unknown;
  readonly timestamp: string | undefined;
  readonly signature: string | undefined;
  /** What the query said when the callback arrived. */
  readonly record: string;
}

interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly delivered: Delivered[];
}

/** Answers callbacks with these statuses in turn, then 200; at each it asks the simulator for the record. */
async function startReceiver(statuses: number[], ask: () => Promise<string>): Promise<Receiver> {
  const delivered: Delivered[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const take = async (): Promise<void> => {
      const record = await ask();
      const timestamp = request.headers['x-webhook-timestamp']?.toString();
      const signature = request.headers['x-webhook-signature']?.toString();
      delivered.push({ body: json(text), timestamp, signature, record });
      response.writeHead(statuses.shift() ?? 200).end();
    };
    request.on('end', () => void take());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/callback`,
    delivered,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

interface Scene extends AsyncDisposable {
  readonly simulator: Simulator;
  readonly delivered: readonly Delivered[];
  readonly id: string;
  /** Where callbacks are taken. */
  readonly callBackUrl: string;
  /** Resolves when so many callbacks were answered. */
  answered(count: number): Promise<readonly (number | null)[]>;
}

const hmacKey = 'webhook key';

async function play(
  contract: Contract,
  prompt: string,
  statuses: number[] = [],
  durationMs = 60,
): Promise<Scene> {
  const simulator = await startSimulator({ durationMs, hmacKey });
  const headers = { authorization: 'Bearer key' };
  let id = '';
  const receiver = await startReceiver(statuses, async () => {
    // The paid POST may not have been answered yet; the counters know the id before that.
    id ||= Object.keys(simulator.stats.tasks)[0] ?? '';
    return (await fetch(simulator.url + queryPath(contract, id), { headers })).text();
  });
  const { path, body } = createBody(contract, prompt, {}, receiver.url);
  await fetch(simulator.url + path, { method: 'POST', headers, body });
  id = Object.keys(simulator.stats.tasks)[0] ?? '';
  const answers = (): readonly (number | null)[] => simulator.stats.tasks[id]?.callbackAnswers ?? [];
  return {
    simulator,
    delivered: receiver.delivered,
    callBackUrl: receiver.url,
    id,
    async answered(count) {
      await until(() => answers().length >= count, answers);
      return answers();
    },
    async [Symbol.asyncDispose]() {
      await simulator[Symbol.asyncDispose]();
      await receiver[Symbol.asyncDispose]();
    },
  };
}

const final = /"successFlag":1|"state":"success"/;

describe('a callback', () => {
  it('of jobs carries the body of the query', async () => {
    await using scene = await play('jobs', 'boat');
    expect(await scene.answered(1)).toEqual([200]);
    expect(scene.delivered[0]?.body).toEqual(json(scene.delivered[0]?.record ?? ''));
    expect(scene.delivered[0]?.record).toMatch(final);
  });

  it('of veo has a shape of its own', async () => {
    await using scene = await play('veo', 'boat');
    await scene.answered(1);
    expect(scene.delivered[0]?.record).toMatch(final);
    expect(scene.delivered[0]?.body).toEqual({
      code: 200,
      msg: 'Veo3.1 video generated successfully.',
      data: {
        taskId: scene.id,
        promptJson: expect.stringContaining('"prompt":"boat"') as unknown,
        info: { resultUrls: [expect.stringContaining(`/v/${scene.id}_`) as unknown], resolution: '720p' },
        fallbackFlag: false,
      },
    });
  });

  it('of a failed veo task carries its code and no result', async () => {
    await using scene = await play('veo', 'boat [sim:filtered]');
    await scene.answered(1);
    expect(scene.delivered[0]?.body).toEqual({
      code: 400,
      msg: 'Your prompt was flagged by Website as violating content policies.',
      data: { taskId: scene.id, fallbackFlag: false },
    });
  });

  it('is signed over task id and time', async () => {
    await using scene = await play('veo', 'boat');
    await scene.answered(1);
    const { timestamp, signature } = scene.delivered[0] ?? {};
    expect(timestamp).toMatch(/^\d{10}$/);
    expect(signature).toBe(createHmac('sha256', hmacKey).update(`${scene.id}.${timestamp}`).digest('base64'));
  });

  it('comes also for a create that was never answered', async () => {
    await using simulator = await startSimulator({ durationMs: 10 });
    await using receiver = await startReceiver([], () => Promise.resolve(''));
    const body = JSON.stringify({ prompt: 'boat [sim:create-drop]', callBackUrl: receiver.url });
    const headers = { authorization: 'Bearer key' };
    const create = fetch(`${simulator.url}/api/v1/veo/generate`, { method: 'POST', headers, body });
    await expect(create).rejects.toThrow('fetch failed');
    await until(
      () => receiver.delivered.length === 1,
      () => simulator.stats,
    );
    expect(receiver.delivered[0]?.body).toMatchObject({ code: 200 });
  });

  it('of a 4k upgrade lists its video and its picture', async () => {
    await using scene = await play('veo', 'boat');
    await scene.answered(1);
    await fetch(`${scene.simulator.url}/api/v1/veo/get-4k-video`, {
      method: 'POST',
      headers: { authorization: 'Bearer key' },
      body: JSON.stringify({ taskId: scene.id, index: 0, callBackUrl: scene.callBackUrl }),
    });
    expect(await scene.answered(2)).toEqual([200, 200]);
    const file = (kind: string): unknown =>
      expect.stringMatching(new RegExp(`/v/${scene.id}_\\d+_1\\.${kind}$`)) as unknown;
    expect(scene.delivered[1]?.body).toEqual({
      code: 200,
      msg: '4K Video generated successfully.',
      data: { taskId: scene.id, info: { resultUrls: [file('mp4')], imageUrls: [file('jpg')] } },
    });
  });

  it('is sent again until it is answered 200', async () => {
    await using scene = await play('jobs', 'boat', [500, 404]);
    expect(await scene.answered(3)).toEqual([500, 404, 200]);
    expect(scene.simulator.stats.callbacksSent).toBe(3);
  });

  it('is sent three times more at most', async () => {
    await using scene = await play(
      'jobs',
      'boat [sim:callback-twice]',
      [500, 500, 500, 500, 500, 500, 500, 500],
    );
    // Twice, so that the last answers of one delivery stand for time in which the other could have gone on.
    expect(await scene.answered(8)).toEqual(Array(8).fill(500));
    expect(scene.simulator.stats.callbacksSent).toBe(8);
  });
});

// What is seen of each switch once everything that it sends has been answered.
const switches: Record<
  Exclude<SwitchesOf<'callback'>, 'callback-none'>,
  { readonly count: number; readonly seen: (delivered: readonly Delivered[], id: string) => void }
> = {
  'callback-late': { count: 1, seen: (delivered) => expect(delivered[0]?.record).toMatch(final) },
  'callback-twice': { count: 2, seen: ([one, two]) => expect(one?.body).toEqual(two?.body) },
  'callback-early': {
    count: 1,
    seen: ([early]) => {
      expect(JSON.stringify(early?.body)).toContain('.mp4');
      expect(early?.record).not.toMatch(final);
    },
  },
  'callback-forged': {
    count: 2,
    seen: ([forged, genuine], id) => {
      expect(JSON.stringify(forged?.body)).toContain('http://forged.invalid/forged.mp4');
      expect(forged?.record).not.toMatch(final);
      const text = `${id}.${forged?.timestamp}`;
      expect(forged?.signature).toBe(createHmac('sha256', hmacKey).update(text).digest('base64'));
      expect(Number(forged?.timestamp)).toBeLessThan(Number(genuine?.timestamp) - 30);
    },
  },
  'callback-unsigned': {
    count: 1,
    seen: ([one]) => expect(one).toMatchObject({ timestamp: undefined, signature: undefined }),
  },
};

describe.each(['jobs', 'veo'] as const)('a callback of %s', (contract) => {
  // Side by side: two of them have to wait for real half times.
  it.concurrent.each(Object.entries(switches))('shows the switch %s', async (name, row) => {
    const marker = name === 'callback-late' ? 'callback-late=50' : name;
    // Long enough that half time is over before the end is near, whatever else the machine does.
    const durationMs = name === 'callback-early' || name === 'callback-forged' ? 3000 : 60;
    await using scene = await play(contract, `boat [sim:${marker}]`, [], durationMs);
    expect((await scene.answered(row.count)).length).toBe(row.count);
    row.seen(scene.delivered, scene.id);
  });

  it('is never sent with callback-none', async () => {
    await using scene = await play(contract, 'boat [sim:callback-none]');
    // A later task's callback proves that this one's time has passed.
    await using later = await play(contract, 'boat');
    await later.answered(1);
    expect(scene.delivered).toEqual([]);
  });
});
