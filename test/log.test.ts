import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { createLog } from '../src/log.ts';
import { loggedPath } from '../src/server/http/request-url.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

it('the log has no media key and no callback token, whatever names them', () => {
  let lines = '';
  const destination = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      lines += chunk.toString();
      done();
    },
  });
  const log = createLog({ level: 'info', pretty: false }, destination);
  const key = 'aB3-_'.repeat(4) + 'xy';
  const token = '0123456789abcdef0123456789abcdef';
  log.error(
    {
      err: Object.assign(new Error(`ENOENT: open '/d/media/${key}.mp4'`), {
        path: `/d/media/${key}.mp4.part`,
      }),
    },
    'a',
  );
  log.warn({ url: `https://r.example/callbacks/kie/${token}`, task: { callbackToken: token } }, 'b');
  log.info({ sourceUrl: 'https://provider.example/media/fox.mp4' }, 'c');
  expect([lines.includes(key), lines.includes(token)]).toEqual([false, false]);
  expect(
    lines
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { msg: string }).msg),
  ).toEqual(['a', 'b', 'c']);
  expect(lines).toContain('https://provider.example/media/fox.mp4');
});

it('a server whose log nobody reads any more still ends on SIGTERM', async () => {
  await using folder = await temporaryFolder();
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  const server = spawn(process.execPath, [main], {
    env: { PORT: '0', DATA_DIR: folder.path },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const exited = once(server, 'exit');
  try {
    let lines = '';
    for await (const chunk of server.stdout) {
      lines += String(chunk);
      // Leaving the loop closes the pipe.
      if (lines.includes('simulation')) break;
    }
    server.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  } finally {
    server.kill('SIGKILL');
  }
});

it.each([
  ['/callbacks/kie/token?x=1', '/callbacks/…'],
  ['/base/media/key.mp4', '/base/media/…'],
  ['/graphql?query={viewer{owner}}', '/graphql'],
  ['//', '//'],
])('a request for %s is logged as %s', (url, path) => {
  expect(loggedPath({ url } as never)).toBe(path);
});
