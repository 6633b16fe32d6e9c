import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isScalarType, isSpecifiedScalarType, parse, print, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildSchema } from '../../src/schema/schema.ts';
import { generateAt, startTestApp, type TestApp } from '../support/start-app.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait-for.ts';

const folder = fileURLToPath(new URL('../../docs/examples/', import.meta.url));
const relayTags = fileURLToPath(new URL('../support/relay-tags.ts', import.meta.url));

/** Runs an example as a reader does, against a server. */
function start(url: string, command: string, ...args: string[]) {
  const { PATH, HOME } = process.env;
  const child = spawn(command, args, {
    cwd: folder,
    env: { PATH, HOME, REELAY_URL: url },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr }));
  return {
    stdout: () => stdout,
    stderr: () => stderr,
    ended,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** A picture of 2 × 1 pixels. */
const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QOjdAAAADklEQVR4nGP4z8Dw/z8DAAn/Av4R1yQqAAAAAElFTkSuQmCC';

describe('the cookbook', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app[Symbol.asyncDispose]());

  const videoOf = (stdout: string) => /http:\S+\/media\/[\w-]{22}\.mp4/.exec(stdout)?.[0] ?? '';
  const run = async (command: string, ...args: string[]) => {
    await using example = start(app.url, command, ...args);
    return await example.ended;
  };

  it('shows each example exactly as it runs', async () => {
    const page = await readFile(join(folder, '../cookbook.md'), 'utf8');
    const shown = [...page.matchAll(/\[examples\/(\S+)\]\(examples\/\1\):\n\n```\w+\n([\s\S]*?)```\n/g)].map(
      ([, name = '', text = '']) => [name, text] as const,
    );
    const files = (await readdir(folder)).filter((name) => /\.(?:sh|js|py)$/.test(name));
    expect(shown.map(([name]) => name).toSorted()).toEqual(files.toSorted());
    for (const [name, text] of shown) expect(text).toBe(await readFile(join(folder, name), 'utf8'));
  });

  it('works with curl: a mutation, a stream, a query', async () => {
    const generated = await run('sh', 'curl-generate.sh');
    const { data } = JSON.parse(generated.stdout) as {
      data: { generateVideo: { task: { id: string; status: string }; userErrors: unknown[] } };
    };
    const { task, userErrors } = data.generateVideo;
    expect([task.status, userErrors]).toEqual(['QUEUED', []]);
    const watched = await run('sh', 'curl-watch.sh', task.id);
    expect(watched.code).toBe(0);
    expect(watched.stdout).toMatch(/event: next\ndata: .*"status":"COMPLETED".*\n\nevent: complete\n/);
    const asked = await run('sh', 'curl-query.sh', task.id);
    expect(JSON.parse(asked.stdout)).toMatchObject({
      data: { videoTask: { status: 'COMPLETED', videoUrl: videoOf(watched.stdout) } },
    });
  });

  it('works with curl: an upload', async () => {
    await using images = await temporaryFolder();
    const image = join(images.path, 'fox.png');
    await writeFile(image, Buffer.from(png, 'base64'));
    const { stdout } = await run('sh', 'curl-upload.sh', image);
    expect(JSON.parse(stdout)).toEqual({
      data: {
        uploadReferenceImage: { image: { uploadId: expect.any(String) as string }, userErrors: [] },
      },
    });
  });

  it.concurrent.each([
    ['graphql-ws', ['graphql-ws.js']],
    ['urql', ['urql.js']],
    ['Apollo Client', ['apollo.js']],
    ['relay-runtime', ['--import', relayTags, 'relay.js']],
  ])('works with %s: from the mutation to a video that plays', async (_name, args) => {
    const { code, stdout, stderr } = await run(process.execPath, ...args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/status: 'COMPLETED',\s+videoUrl: 'http/);
    const video = await fetch(videoOf(stdout), { headers: { range: 'bytes=4-7' } });
    expect([video.status, await video.text()]).toEqual([206, 'ftyp']);
  });

  it('follows all tasks across a lost connection, missing none', async () => {
    await using proxy = await startTcpProxy(app.url);
    const completed = (id: string) =>
      waitFor('the news', () => new RegExp(`id: '${id}',\\s+status: 'COMPLETED'`).test(feed.stdout()));
    const listed = await generateAt(app.url, { prompt: 'listed' });
    await using feed = start(proxy.url, process.execPath, 'feed.js');
    await waitFor('the list', () => feed.stdout().includes(listed));
    await completed(await generateAt(app.url, { prompt: 'before' }));
    proxy.cut();
    await completed(await generateAt(app.url, { prompt: 'during the break' }));
    expect(feed.stderr()).toBe('The connection is lost. Retrying …\n');
  });

  it('tells code generators a type for each scalar of the schema, and where it is specified', async () => {
    const page = await readFile(join(folder, '../cookbook.md'), 'utf8');
    const scalars = Object.values(buildSchema().getTypeMap())
      .filter((type) => isScalarType(type))
      .filter((type) => !isSpecifiedScalarType(type));
    expect(scalars.map(({ specifiedByURL }) => URL.canParse(specifiedByURL ?? ''))).not.toContain(false);
    const rows = [...page.matchAll(/^\| `(\w+)` +\| `([^`]+)` +\|/gm)].map(([, name, type]) => [
      name,
      type?.replace('\\|', '|'),
    ]);
    expect(rows.map(([name]) => String(name)).toSorted()).toEqual(scalars.map(({ name }) => name).toSorted());
    const [, config = ''] = /scalars: \{\n([^]*?)\n {8}\},\n/.exec(page) ?? [];
    const configured = [...config.matchAll(/^ +(\w+): (?:\{ input: )?'([^']+)'/gm)];
    expect(configured.map(([, name, type]) => [name, type])).toEqual(rows);
  });

  it("carries what Relay's compiler makes of its tags today", async () => {
    const schema = buildSchema();
    const text = await readFile(join(folder, 'relay.js'), 'utf8');
    const tags = [...text.matchAll(/graphql`(\s*(?:mutation|subscription) (\w+)[^`]*)`/g)];
    expect(tags).toHaveLength(2);
    for (const [, tag = '', name = ''] of tags) {
      const file = new URL(`../../docs/examples/__generated__/${name}.graphql.js`, import.meta.url);
      const { default: artifact } = (await import(file.href)) as {
        default: { hash: string; params: { text: string } };
      };
      expect(artifact.hash).toBe(
        createHash('md5')
          .update(print(parse(tag)))
          .digest('hex'),
      );
      expect(validate(schema, parse(artifact.params.text))).toEqual([]);
    }
  });
});
