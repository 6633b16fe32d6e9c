import { describe, expect, it } from 'vitest';
import { Caller, taken } from '../support/kie-app.ts';
import { startLoopback } from '../support/loopback.ts';
import { pointedAt, startServer, startSimulatorProcess } from '../support/processes.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { png, upload } from '../support/upload.ts';
import { waitFor } from '../support/wait-for.ts';

describe('an owner whose tasks wait for later', () => {
  it('delays no other owner, and the server keeps answering', async () => {
    await using stack = new AsyncDisposableStack();
    const folder = stack.use(await temporaryFolder());
    const simulator = stack.use(await startSimulatorProcess('--duration-ms', '200'));
    const uploads = stack.use(
      await startLoopback((request, response) => {
        request.resume();
        response.writeHead(503, { 'retry-after': '40' }).end('{}');
      }),
    );
    // A process of its own: a blocked event loop would stop this test too.
    const server = stack.use(
      await startServer({
        ...pointedAt(simulator, folder.path),
        KIE_UPLOAD_URL: uploads.url,
        KIE_CREATES_PER_10S: '1',
        API_KEYS: 'first:0123456789abcdef,second:fedcba9876543210',
      }),
    );
    const owners = ['0123456789abcdef', 'fedcba9876543210'];
    for (const key of owners) {
      const { body } = await upload(server.url, png, key);
      const uploadId = body.data?.uploadReferenceImage.image?.uploadId;
      const caller = new Caller(server.url, key);
      const { id } = await caller.make('fox', { referenceImages: [{ uploadId }] });
      await caller.until(id, 'the upload host to refuse', ({ hint }) => hint !== null);
    }
    const second = new Caller(server.url, owners[1]);
    const { task } = await second.generate({ prompt: 'owl' });
    const done = await waitFor(
      'the task that is due',
      async () => {
        // A loop that does nothing else never answers.
        const health = await fetch(`${server.url}/healthz`, { signal: AbortSignal.timeout(5000) });
        expect(health.status).toBe(200);
        return second.task(taken({ task, userErrors: [] }).id);
      },
      (seen) => seen?.stage === 'COMPLETED',
    );
    expect(done?.videoUrl).not.toBeNull();
  });
});
