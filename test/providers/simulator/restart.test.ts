import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { startSimulator } from '../../../src/providers/simulator/simulator.ts';
import { SWITCHES } from '../../../src/providers/simulator/switch-table.ts';
import { createBody, json, startClocked, startOfTime, until } from './kie-client.ts';

describe('a simulator that never saw a task', () => {
  it.each(['jobs', 'veo'] as const)(
    'answers for it on the %s contract as the one that made it',
    async (contract) => {
      await using before = await startClocked();
      await using after = await startClocked();
      const more = { aspect_ratio: '9:16', resolution: '1080p', duration: 4 };
      const ids = {
        good: await before.create(contract, 'boat', more),
        slow: await before.create(contract, 'boat [sim:duration=20000]', more),
        failed: await before.create(contract, 'boat [sim:filtered] [sim:text-times]', more),
      };
      for (const wait of [0, 10_000, 10_000]) {
        before.advance(wait);
        after.advance(wait);
        for (const id of Object.values(ids)) {
          const [old, fresh] = [await before.check(contract, id), await after.check(contract, id)];
          expect(withoutEcho(fresh.text, after.simulator.url)).toEqual(
            withoutEcho(old.text, before.simulator.url),
          );
        }
      }
      const name = `${ids.good}_${Math.floor((startOfTime + 10_000) / 1000)}.mp4`;
      expect(await after.send(`/v/${name}`)).toEqual(await before.send(`/v/${name}`));
    },
  );

  it('does not know an id that no simulator has made, nor one from the future', async () => {
    await using now = await startClocked();
    await using future = await startClocked({ now: () => startOfTime + 86_400_000 });
    const id = await future.create('veo', 'boat');
    expect(json((await now.check('veo', id)).text)).toMatchObject({ code: 422 });
    expect(json((await future.check('veo', id)).text)).toMatchObject({ code: 200 });
  });
});

describe('the control', () => {
  it('counts for other processes and changes the switches of the process', async () => {
    await using kie = await startClocked();
    const id = await kie.create('jobs', 'boat');
    const stats = await fetch(`${kie.simulator.url}/_simulator/stats`);
    expect(await stats.json()).toEqual(kie.simulator.stats);
    const set = async (list: string): Promise<unknown> =>
      (await kie.send('/_simulator/behaviours', { method: 'POST', body: list })).status;
    expect([await set('["check-html"]'), await set('["no-such"]'), await set('nonsense')]).toEqual([
      200, 400, 400,
    ]);
    expect((await kie.check('jobs', id)).type).toBe('text/html; charset=utf-8');
    expect(await set('[]')).toBe(200);
    expect((await kie.check('jobs', id)).text).toContain('"state":"waiting"');
  });

  it('is not for the pages of others', async () => {
    await using kie = await startClocked();
    const seen = await kie.send('/_simulator/stats', { headers: { origin: 'https://evil.example' } });
    expect(seen.status).toBe(403);
  });
});

describe('disposal', () => {
  it('ends open requests, frees the port and may come twice', async () => {
    const simulator = await startSimulator({ durationMs: 1000 });
    const { path, body } = createBody('veo', 'boat [sim:create-hang]');
    const headers = { authorization: 'Bearer key' };
    const hanging = fetch(simulator.url + path, { method: 'POST', headers, body });
    await until(
      () => simulator.stats.createsAccepted === 1,
      () => simulator.stats,
    );
    await Promise.all([simulator[Symbol.asyncDispose](), expect(hanging).rejects.toThrow('fetch failed')]);
    await simulator[Symbol.asyncDispose]();
    const port = Number(new URL(simulator.url).port);
    await using again = await startSimulator({ durationMs: 1000, port });
    expect(again.url).toBe(simulator.url);
    await expect(startSimulator({ durationMs: 1000, port })).rejects.toThrow('EADDRINUSE');
  });
});

describe('the command', () => {
  it('prints where it listens and what Reelay needs, and ends with 0 on repeated signals', async () => {
    const child = start('--port', '0', '--api-key', 'secret', '--behave', 'credits=7', '--duration-ms', '5');
    const url = await listening(child);
    const host = new URL(url).host;
    await until(
      () => child.text.includes('FETCH_ALLOW_HOSTS'),
      () => child.text,
    );
    const lines = ['KIE_API_KEY=secret', `KIE_BASE_URL=${url}`, `KIE_UPLOAD_URL=${url}`, 'PROVIDERS=kie'];
    expect(child.text.split('\n')).toEqual(expect.arrayContaining([...lines, `FETCH_ALLOW_HOSTS=${host}`]));
    const credit = await fetch(`${url}/api/v1/chat/credit`, { headers: { authorization: 'Bearer secret' } });
    expect(await credit.json()).toEqual({ code: 200, msg: 'success', data: 7 });
    child.process.kill('SIGTERM');
    child.process.kill('SIGINT');
    child.process.kill('SIGTERM');
    expect(await child.ended).toEqual([0, null]);
  });

  it('lists every switch with --help', async () => {
    const child = start('--help');
    expect(await child.ended).toEqual([0, null]);
    for (const { name, about } of SWITCHES) {
      expect(child.text).toMatch(new RegExp(`^  ${name}[=[ ].*${RegExp.escape(about)}$`, 'm'));
    }
  });

  it.each([
    [['--behave', 'no-such'], 'The simulator has no switch "no-such".'],
    [['--port', 'x'], '--port must be an integer (got "x").'],
  ])('refuses %j with one line', async (args, line) => {
    const child = start(...args);
    expect(await child.ended).toEqual([1, null]);
    expect(child.text).toBe(`${line}\n`);
  });
});

interface Started {
  readonly process: ChildProcessWithoutNullStreams;
  readonly ended: Promise<[number | null, NodeJS.Signals | null]>;
  text: string;
}

function start(...args: string[]): Started {
  const main = fileURLToPath(new URL('../../../src/providers/simulator/main.ts', import.meta.url));
  const child = spawn(process.execPath, [main, ...args]);
  const started: Started = {
    process: child,
    text: '',
    ended: new Promise((resolve) => child.on('close', (code, signal) => resolve([code, signal]))),
  };
  child.stdout.on('data', (chunk: Buffer) => (started.text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (started.text += chunk.toString()));
  return started;
}

async function listening(child: Started): Promise<string> {
  const url = (): string | undefined => /listening on (\S+)\n/.exec(child.text)?.[1];
  await until(
    () => url() !== undefined,
    () => child.text,
  );
  return url() ?? '';
}

/** The answer without the echoed request, which only the process that got it knows, and without its own address. */
function withoutEcho(text: string, url: string): string {
  return text.replaceAll(url, 'BASE').replace(/"(param|paramJson)":"(\\.|[^"\\])*"/, '"echo"');
}
