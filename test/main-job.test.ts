import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { createClient } from 'graphql-ws';
import { request } from 'undici';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import {
  pointedAt,
  startProgram,
  startServer,
  startSimulatorProcess,
  statsOf,
  type Program,
} from './support/processes.ts';
import { RawSocket } from './support/raw-socket.ts';
import { generateAt, queryAt } from './support/start-app.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { waitFor } from './support/wait-for.ts';

interface State {
  readonly id: string;
  readonly status: string;
  readonly videoUrl: string | null;
}

/** What a front-end does: generate, watch to the end. */
async function generateAndWatch(url: string, input: Record<string, unknown>): Promise<State[]> {
  const client = createClient({ url: `${url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket });
  try {
    const id = await generateAt(url, input);
    const query = `subscription ($id: ID!) { taskStatusChanged(id: $id) { id status videoUrl } }`;
    const states: State[] = [];
    for await (const { data } of client.iterate<{ taskStatusChanged: State }>({ query, variables: { id } })) {
      if (data) states.push(data.taskStatusChanged);
    }
    return states;
  } finally {
    await client.dispose();
  }
}

const distinct = (states: readonly State[]) => [...new Set(states.map(({ status }) => status))];

const listTasks = async (url: string) => {
  const { videoTasks } = await queryAt<{
    videoTasks: { edges: { node: { stage: string; providerTaskId: string | null; prompt: string } }[] };
  }>(url, '{ videoTasks(first: 200) { edges { node { stage providerTaskId prompt } } } }');
  return videoTasks.edges.map(({ node }) => node);
};

describe('the main job', () => {
  it('goes from generateVideo to a playable video without any key', async () => {
    await using folder = await temporaryFolder();
    await using server = await startServer({ DATA_DIR: folder.path, SIMULATOR_DURATION_MS: '500' });
    const states = await generateAndWatch(server.url, { prompt: 'A red fox', aspectRatio: 'PORTRAIT_9_16' });
    expect(distinct(states).slice(-2)).toEqual(['PROCESSING', 'COMPLETED']);
    expect(
      await queryAt(
        server.url,
        `query ($id: ID!) { videoTask(id: $id) { video {
           contentType bytes width height durationSeconds posterUrl archiveError expiresAt } } }`,
        { id: states[0]?.id },
      ),
    ).toEqual({
      videoTask: {
        video: {
          contentType: 'video/mp4',
          bytes: expect.any(Number) as number,
          width: 360,
          height: 640,
          durationSeconds: 4,
          posterUrl: expect.stringMatching(/\/media\/placeholder-portrait\.svg$/) as string,
          archiveError: null,
          expiresAt: null,
        },
      },
    });
    const url = states.at(-1)?.videoUrl ?? '';
    const part = await fetch(url, { headers: { range: 'bytes=4-11' } });
    expect([part.status, part.headers.get('content-type'), (await part.text()).slice(0, 4)]).toEqual([
      206,
      'video/mp4',
      'ftyp',
    ]);
    const whole = await fetch(url);
    const etag = whole.headers.get('etag') ?? '';
    const size = (await whole.arrayBuffer()).byteLength;
    expect(part.headers.get('content-range')).toBe(`bytes 4-11/${size}`);
    // undici's request, since fetch adds `cache-control: no-cache` to a conditional request.
    const asked = async (headers: Record<string, string>, suffix = '', method = 'GET') => {
      const answer = await request(`${url}${suffix}`, { method, headers });
      await answer.body.dump();
      return answer.statusCode;
    };
    expect([
      await asked({}, '', 'HEAD'),
      await asked({ 'if-none-match': etag }),
      await asked({ range: `bytes=${size}-` }),
      await asked({ range: 'bytes=0-3', 'if-range': '"another"' }),
      await asked({}, 'x'),
    ]).toEqual([200, 304, 416, 200, 404]);
    const download = await fetch(`${url}?download`);
    await download.arrayBuffer();
    expect(download.headers.get('content-disposition')).toMatch(/^attachment; filename="[\w-]+\.mp4"$/);
    expect(server.output()).toContain('[OK] the video is ready');
  });

  it('goes the same way against a provider in another process: only the wire differs', async () => {
    await using folder = await temporaryFolder();
    await using simulator = await startSimulatorProcess('--duration-ms', '500');
    await using server = await startServer(pointedAt(simulator, folder.path));
    const states = await generateAndWatch(server.url, { prompt: 'A red fox' });
    expect(distinct(states).slice(-2)).toEqual(['PROCESSING', 'COMPLETED']);
    expect((await fetch(states.at(-1)?.videoUrl ?? '', { headers: { range: 'bytes=0-0' } })).status).toBe(
      206,
    );
    expect((await statsOf(simulator)).createsAccepted).toBe(1);
  });

  it('survives kill -9 while 50 tasks are with the provider: all end, each created once', async () => {
    await using folder = await temporaryFolder();
    // None of them may end before the kill, however slow the machine: the end is let loose after it.
    const held = ['--behave', 'stuck', '--duration-ms', '100', '--creates-per-10s', '0'];
    await using simulator = await startSimulatorProcess(...held);
    // Fifty that do not end are asked for all the time: not so often that a busy machine does nothing else.
    const env = { ...pointedAt(simulator, folder.path), KIE_POLL_INTERVAL_MS: '500' };
    await using first = await startServer(env);
    await Promise.all(
      Array.from({ length: 50 }, (_, index) => generateAt(first.url, { prompt: `fox ${index}` })),
    );
    const before = await waitFor(
      'every task to be with the provider',
      () => listTasks(first.url),
      (tasks) => tasks.length === 50 && tasks.every(({ providerTaskId }) => providerTaskId !== null),
    );
    expect(before.filter(({ stage }) => stage !== 'GENERATING')).toEqual([]);
    await first.kill('SIGKILL');
    await fetch(`${simulator.url}/_simulator/behaviours`, { method: 'POST', body: '[]' });
    await using second = await startServer(env);
    await waitFor(
      'every task to be completed',
      () => listTasks(second.url),
      (tasks) => tasks.every(({ stage }) => stage === 'COMPLETED'),
    );
    const { createsAccepted, tasks } = await statsOf(simulator);
    expect(createsAccepted).toBe(50);
    expect(new Set(Object.values(tasks).map(({ prompt }) => prompt)).size).toBe(50);
  }, 60_000);

  it('survives kill -9 with the simulator inside: its tasks go on after the start', async () => {
    await using folder = await temporaryFolder();
    const env = { DATA_DIR: folder.path, SIMULATOR_DURATION_MS: '1500' };
    await using first = await startServer(env);
    const id = await generateAt(first.url, { prompt: 'A red fox' });
    await waitFor(
      'the provider',
      () => listTasks(first.url),
      ([task]) => task?.stage === 'GENERATING',
    );
    await first.kill('SIGKILL');
    await using second = await startServer(env);
    const stage = async () =>
      (await queryAt<{ videoTask: { stage: string } }>(second.url, `{ videoTask(id: "${id}") { stage } }`))
        .videoTask.stage;
    expect(await waitFor('the end', stage, (seen) => seen === 'COMPLETED')).toBe('COMPLETED');
  });
});

describe('a start that cannot be', () => {
  it.each<[string, Record<string, string>, RegExp]>([
    ['a bad value', { PORT: 'abc' }, /^PORT must be an integer from 0 to 65535 \(got "abc"\)\n$/],
    ['an open address without authentication', { HOST: '0.0.0.0' }, /^HOST .*API_KEYS.*\n$/],
    ['a provider without credentials', { PROVIDERS: 'kie' }, /^KIE_API_KEY .*\n$/],
    [
      'an address of another machine',
      { HOST: '192.0.2.1', API_KEYS: 'ann:the-long-key-of-ann' },
      /^HOST: .*EADDRNOTAVAIL.*\n$/,
    ],
    ['an address that is none', { HOST: '127.999.1.1' }, /^HOST must be an address or a host name.*\n$/],
    [
      'a folder that is a file',
      { DATA_DIR: '/etc/passwd', DATABASE_URL: 'sqlite::memory:' },
      /^DATA_DIR: .*ENOTDIR.*\n$/,
    ],
    [
      'a folder of data that is a file',
      { DATA_DIR: '/etc/passwd' },
      /^DATA_DIR: .*cannot be opened(?!.*DATABASE_URL).*\n$/,
    ],
    [
      'a folder of media that is a file',
      { MEDIA_STORE: 'file:/etc/passwd/media' },
      /^MEDIA_STORE: \/etc\/passwd\/media .*ENOTDIR(?!.*DATA_DIR).*\n$/,
    ],
    ['a database that is a folder', { DATABASE_URL: 'sqlite:/' }, /^DATABASE_URL: (?!.*DATA_DIR).*\n$/],
    ['a secret that is too short', { JWT_SECRET: 'tiny-secret' }, /^JWT_SECRET (?!.*tiny).*\n$/],
  ])('is refused in one line: %s', async (_what, env, line) => {
    await using folder = await temporaryFolder();
    const error = await startServer({ DATA_DIR: folder.path, ...env }).catch((cause: Error) => cause);
    expect(error).toBeInstanceOf(Error);
    expect((error as Error).message.replace('It ended before it listened: ', '')).toMatch(line);
  });

  it('is refused in one line while another process holds the database, or the port', async () => {
    await using folder = await temporaryFolder();
    await using other = await temporaryFolder();
    await using server = await startServer({ DATA_DIR: folder.path });
    const second = await startServer({ DATA_DIR: folder.path }).catch((cause: Error) => cause.message);
    expect(second).toMatch(/reelay\.db is in use by another process: stop that one.*\n$/);
    const { port } = new URL(server.url);
    const third = await startServer({ DATA_DIR: other.path, PORT: port }).catch(
      (cause: Error) => cause.message,
    );
    expect(third).toMatch(/PORT: \d+ is in use by another process.*\n$/);
    expect(third).toContain(`PORT: ${port} `);
  });
});

describe('a stop', () => {
  it('that is asked for while the server still starts ends with 0 too', async () => {
    await using folder = await temporaryFolder();
    const impatient = `process.on('newListener', (event) => {
      if (event === 'SIGTERM') setImmediate(() => process.kill(process.pid, 'SIGTERM'));
    });`;
    const child = spawn(
      'node',
      ['--import', `data:text/javascript,${encodeURIComponent(impatient)}`, 'src/main.ts'],
      {
        env: { PATH: process.env['PATH'], PORT: '0', DATA_DIR: folder.path },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const [output, exited] = await Promise.all([text(child.stdout), once(child, 'exit')]);
    expect([exited, output.includes('"msg":"stopped"')]).toEqual([[0, null], true]);
  });

  it.each<[string, (program: Program, node: number) => void]>([
    ['of npm', ({ pid }) => void process.kill(pid, 'SIGTERM')],
    ["of npm's process group, as a terminal does", ({ pid }) => void process.kill(-pid, 'SIGINT')],
    ['of node itself', (_program, node) => void process.kill(node, 'SIGTERM')],
    [
      'of everybody, several times',
      ({ pid }, node) => {
        process.kill(-pid, 'SIGTERM');
        process.kill(node, 'SIGTERM');
        process.kill(-pid, 'SIGINT');
      },
    ],
  ])('%s drains the server and ends with 0', async (_what, stop) => {
    await using folder = await temporaryFolder();
    await using program = await startProgram(
      ['npm', 'start'],
      // A file .env of a developer has no effect on it.
      { DATA_DIR: folder.path, PORT: '0', PROVIDERS: 'simulator' },
      { detached: true },
    );
    await using raw = await RawSocket.connect(program.url);
    raw.subscribe('1', 'subscription { taskStatusChanged { id } }');
    const node = Number(/"pid":(\d+)/.exec(program.output())?.[1]);
    stop(program, node);
    expect((await raw.closed).code).toBe(1001);
    expect(await program.exited).toEqual({ code: 0, signal: null });
    expect(program.output()).toContain('"msg":"stopped"');
    expect(() => process.kill(node, 0)).toThrow('ESRCH');
  });
});
