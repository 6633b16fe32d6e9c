import { expect, it } from 'vitest';
import { ask } from './support/ask.ts';
import { startServer } from './support/processes.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import { waitFor } from './support/wait-for.ts';

interface Line {
  readonly msg: string;
  readonly [name: string]: unknown;
}

it('a start warns of settings without effect; with TRUST_PROXY the log names the client', async () => {
  await using folder = await temporaryFolder();
  await using server = await startServer({
    DATA_DIR: folder.path,
    LOG_LEVEL: 'debug',
    TRUST_PROXY: 'true',
    PUBLIC_URL: 'https://reelay.example',
    KIE_API_KEI: 'secret-word',
    GOOGLE_APPLICATION_CREDENTIALS: 'secret-word',
  });
  const lines = () =>
    server
      .output()
      .split('\n')
      .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Line] : []));
  expect(lines()).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ level: 40, variable: 'KIE_API_KEI', nearest: 'KIE_API_KEY' }),
      expect.objectContaining({ level: 40, variable: 'GOOGLE_APPLICATION_CREDENTIALS' }),
      expect.objectContaining({ level: 40, msg: expect.stringContaining('API_KEYS') as string }),
    ]),
  );
  expect(server.output()).not.toContain('secret-word');

  await ask(server.url, {
    path: '/callbacks/kie/0123456789abcdef?secret-word',
    headers: { forwarded: 'for="[2001:db8::1]:4711";proto=https, for=10.0.0.1' },
  });
  await ask(server.url, {
    path: '/healthz',
    headers: { 'x-forwarded-for': '203.0.113.7, 10.0.0.1', 'x-forwarded-proto': 'https' },
  });
  const requests = await waitFor(
    'two requests',
    () => lines().filter(({ msg }) => msg === 'request'),
    (seen) => seen.length === 2,
  );
  expect(requests.map(({ client, scheme, path, status }) => ({ client, scheme, path, status }))).toEqual([
    { client: '[2001:db8::1]:4711', scheme: 'https', path: '/callbacks/…', status: 404 },
    { client: '203.0.113.7', scheme: 'https', path: '/healthz', status: 200 },
  ]);
});
