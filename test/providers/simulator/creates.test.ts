import { describe, expect, it } from 'vitest';
import { type Seen, type SwitchesOf, createBody, json, startClocked, until } from './kie-client.ts';

const jsonType = 'application/json;charset=UTF-8';
const accepted = { code: 200, msg: 'success', data: { taskId: expect.any(String) as unknown } };

/** What the client sees and whether the create was billed. */
interface Row {
  readonly marker?: string;
  readonly billed: boolean;
  readonly seen: (seen: Seen) => void;
}

const broken = (seen: Seen): void =>
  expect(seen).toEqual({ status: undefined, type: null, text: '', broken: true });

const switches: Record<Exclude<SwitchesOf<'create'>, 'create-hang'>, Row> = {
  'create-code': {
    marker: 'create-code=433',
    billed: false,
    seen: (seen) => {
      expect([seen.status, seen.type]).toEqual([200, jsonType]);
      expect(json(seen.text)).toEqual({
        code: 433,
        msg: 'The usage of this sub-key exceeds its limit.',
        data: null,
      });
    },
  },
  'create-http': {
    marker: 'create-http=502',
    billed: false,
    seen: (seen) => expect([seen.status, seen.type]).toEqual([502, 'text/html; charset=utf-8']),
  },
  'create-drop': { billed: true, seen: broken },
  'create-cut': {
    billed: true,
    seen: (seen) => {
      expect([seen.status, seen.broken]).toEqual([200, true]);
      expect(seen.text).toMatch(/^\{"code":200,"msg":"suc/);
    },
  },
  'create-accept-500': { billed: true, seen: (seen) => expect(seen.status).toBe(500) },
  'create-late': {
    marker: 'create-late=50',
    billed: true,
    seen: (seen) => expect(json(seen.text)).toMatchObject({ code: 200, msg: 'success' }),
  },
  'create-html': {
    billed: true,
    seen: (seen) => expect([seen.status, seen.text.slice(0, 9)]).toEqual([200, '<!DOCTYPE']),
  },
  'create-no-id': {
    billed: true,
    seen: (seen) => expect(json(seen.text)).toEqual({ code: 200, msg: 'success', data: null }),
  },
  'create-reset': { billed: false, seen: broken },
};

describe.each(['jobs', 'veo'] as const)('a create on the %s contract', (contract) => {
  it.each(Object.entries(switches))('shows the switch %s', async (name, row) => {
    await using kie = await startClocked();
    const { path, body } = createBody(contract, `boat [sim:${row.marker ?? name}]`);
    row.seen(await kie.send(path, { method: 'POST', body }));
    expect([kie.simulator.stats.createsReceived, kie.simulator.stats.createsAccepted]).toEqual([
      1,
      row.billed ? 1 : 0,
    ]);
  });

  it('is accepted, billed and never answered with create-hang', async () => {
    await using kie = await startClocked();
    const { path, body } = createBody(contract, 'boat [sim:create-hang]');
    let isAnswered = false;
    const hanging = kie.send(path, { method: 'POST', body }).then((seen) => {
      isAnswered = true;
      return seen;
    });
    await until(
      () => kie.simulator.stats.createsAccepted === 1,
      () => kie.simulator.stats,
    );
    await kie.send('/api/v1/chat/credit');
    expect(isAnswered).toBe(false);
    await kie.simulator[Symbol.asyncDispose]();
    broken(await hanging);
  });

  it('answers an id of 32 hex digits and counts it with its prompt', async () => {
    await using kie = await startClocked();
    const { path, body } = createBody(contract, 'boat');
    const seen = await kie.send(path, { method: 'POST', body });
    const [id = '', counts] = Object.entries(kie.simulator.stats.tasks)[0] ?? [];
    expect(json(seen.text)).toEqual({
      code: 200,
      msg: 'success',
      data: contract === 'jobs' ? { taskId: id, recordId: id } : { taskId: id },
    });
    expect(counts).toEqual({
      prompt: 'boat',
      callBackUrl: null,
      contract,
      checks: 0,
      fileFetches: 0,
      callbacksSent: 0,
      callbackAnswers: [],
    });
  });

  it('without a prompt is code 422', async () => {
    await using kie = await startClocked();
    const { path, body } = createBody(contract, '');
    expect(json((await kie.send(path, { method: 'POST', body })).text)).toEqual({
      code: 422,
      msg: 'Please enter prompt',
      data: null,
    });
  });
});

// Kie docs, 2026-06: the list of body codes; 401 alone has no data.
const codes = [
  '400',
  '400-language',
  '400-image',
  '400-unsafe',
  '402',
  '404',
  '408',
  '422',
  '429',
  '433',
  '451',
  '455',
];

describe('a refusal', () => {
  it.each([...codes, '500', '501', '505'])(
    'with body code %s comes inside HTTP 200 with null data',
    async (code) => {
      await using kie = await startClocked();
      const { path, body } = createBody('jobs', `boat [sim:create-code=${code}]`);
      const seen = await kie.send(path, { method: 'POST', body });
      expect(seen.status).toBe(200);
      expect(json(seen.text)).toEqual({
        code: Number.parseInt(code, 10),
        msg: expect.stringMatching(/\w{5}/) as unknown,
        data: null,
      });
    },
  );

  it('for a missing key has no data at all', async () => {
    await using kie = await startClocked({ apiKey: 'secret' });
    const refusal = { code: 401, msg: 'You do not have access permissions' };
    const { path, body } = createBody('jobs', 'boat');
    for (const authorization of ['', 'Bearer ', 'Bearer wrong']) {
      const seen = await kie.send(path, { method: 'POST', body, headers: { authorization } });
      expect([seen.status, json(seen.text)]).toEqual([200, refusal]);
    }
    const seen = await kie.send(path, { method: 'POST', body, headers: { authorization: 'Bearer secret' } });
    expect(json(seen.text)).toMatchObject(accepted);
  });

  it.each([
    [403, 'error code: 1010'],
    [429, '{"code":429,"msg":"Rate limit exceeded","data":null}'],
    [
      500,
      '{"code":500,"msg":"Server Error - An unexpected error occurred while processing the request","data":null}',
    ],
  ])('with HTTP %i has the body of that status', async (status, text) => {
    await using kie = await startClocked();
    const { path, body } = createBody('veo', `boat [sim:create-http=${status}]`);
    expect(await kie.send(path, { method: 'POST', body })).toMatchObject({ status, text });
  });

  it('of a switch that does not exist says so', async () => {
    await using kie = await startClocked();
    const { path, body } = createBody('veo', 'boat [sim:create-dorp]');
    const refusal = { code: 422, msg: 'The simulator has no switch "create-dorp".', data: null };
    expect(json((await kie.send(path, { method: 'POST', body })).text)).toEqual(refusal);
    const byHeader = await kie.send(path, {
      method: 'POST',
      body,
      headers: { 'x-simulator': 'create-dorp' },
    });
    expect(json(byHeader.text)).toEqual(refusal);
    await expect(startClocked({ behaviours: ['create-dorp'] })).rejects.toThrow('no switch "create-dorp"');
  });
});

describe('the account', () => {
  it('lets 20 creates pass in any 10 s and answers HTTP 429 with Retry-After beyond', async () => {
    await using kie = await startClocked({ createsPer10s: 20 });
    const { path, body } = createBody('jobs', 'boat');
    const post = (): Promise<Response> =>
      fetch(kie.simulator.url + path, { method: 'POST', body, headers: { authorization: 'Bearer key' } });
    await kie.create('jobs', 'the first');
    kie.advance(4000);
    for (let count = 1; count < 20; count++) expect((await post()).status).toBe(200);
    const limited = await post();
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '6']);
    kie.advance(6000);
    expect((await post()).status).toBe(200);
    expect((await post()).status).toBe(429);
    expect(kie.simulator.stats).toMatchObject({ createsReceived: 23, createsAccepted: 21, rateLimited: 2 });
  });

  it('pays for what is accepted, and with a given balance gets code 402 when it is spent', async () => {
    await using kie = await startClocked({ behaviours: ['credits=50'] });
    await kie.create('veo', 'boat [sim:create-drop]', { model: 'veo3_lite', resolution: '1080p' });
    expect(json((await kie.send('/api/v1/chat/credit')).text)).toEqual({
      code: 200,
      msg: 'success',
      data: 27.5,
    });
    const { path, body } = createBody('jobs', 'boat');
    expect(json((await kie.send(path, { method: 'POST', body })).text)).toMatchObject({ code: 402 });
    expect(kie.simulator.stats.creditsSpent).toBe(22.5);
  });

  it('is refused by the bot filter under a library-default User-Agent only', async () => {
    await using kie = await startClocked({ behaviours: ['bot-filter'] });
    const asNode = await kie.send('/api/v1/chat/credit');
    expect(asNode).toMatchObject({ status: 403, text: 'error code: 1010' });
    expect((await kie.send('/api/v1/chat/credit', { headers: { 'user-agent': 'Reelay/1' } })).status).toBe(
      200,
    );
  });

  it('gets the Retry-After of the switch retry-after', async () => {
    await using kie = await startClocked({ behaviours: ['retry-after=7', 'create-http=429'] });
    const { path, body } = createBody('jobs', 'boat');
    const answer = await fetch(kie.simulator.url + path, {
      method: 'POST',
      body,
      headers: { authorization: 'Bearer k' },
    });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '7']);
  });
});

describe('a switch', () => {
  it('given by header or for the process acts as the marker does', async () => {
    const { path, body } = createBody('jobs', 'boat');
    await using one = await startClocked();
    broken(await one.send(path, { method: 'POST', body, headers: { 'x-simulator': 'fail, create-drop' } }));
    await using all = await startClocked({ behaviours: ['create-drop'] });
    broken(await all.send(path, { method: 'POST', body }));
    expect([one.simulator.stats.createsAccepted, all.simulator.stats.createsAccepted]).toEqual([1, 1]);
  });

  it('for the whole process is refused in a prompt and in a header', async () => {
    await using kie = await startClocked();
    const refusal = { code: 422, msg: 'The switch "outage" applies to the whole process only.', data: null };
    const marked = createBody('veo', 'boat [sim:outage=5]');
    expect(json((await kie.send(marked.path, { method: 'POST', body: marked.body })).text)).toEqual(refusal);
    const { path, body } = createBody('veo', 'boat');
    const byHeader = await kie.send(path, { method: 'POST', body, headers: { 'x-simulator': 'outage=5' } });
    expect(json(byHeader.text)).toEqual(refusal);
  });

  it('with times=N acts on the first N creates of a prompt', async () => {
    await using kie = await startClocked();
    const { path, body } = createBody('jobs', 'boat [sim:create-http=429] [sim:times=2]');
    const statuses: (number | undefined)[] = [];
    for (let post = 0; post < 3; post++)
      statuses.push((await kie.send(path, { method: 'POST', body })).status);
    expect(statuses).toEqual([429, 429, 200]);
  });
});
