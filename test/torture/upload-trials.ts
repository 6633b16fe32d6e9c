import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Caller } from '../support/kie-app.ts';
import { pointedAt, startServer, startSimulatorProcess, statsOf } from '../support/processes.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { png, upload } from '../support/upload.ts';
import { waitFor } from '../support/wait-for.ts';
import { minutes, stopsBadly, watched, type Figures, type Trial } from './trial.ts';

const keys = { anna: 'the-long-key-of-anna', ben: 'the-long-key-of-ben' };

/** A host for uploads that is out of order. */
async function brokenHost(answer: RequestListener) {
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    request.resume();
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests: () => requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Anna's tasks wait for an upload host that is out of order; Ben's have no images. */
async function twoOwners(answer: RequestListener, createsPer10s: string): Promise<Figures> {
  await using folder = await temporaryFolder();
  await using simulator = await startSimulatorProcess('--duration-ms', '300', '--creates-per-10s', '0');
  await using host = await brokenHost(answer);
  await using server = await startServer({
    ...pointedAt(simulator, folder.path),
    API_KEYS: `anna:${keys.anna},ben:${keys.ben}`,
    KIE_UPLOAD_URL: host.url,
    KIE_CREATES_PER_10S: createsPer10s,
    PROVIDER_TIMEOUT_MS: '5000',
    FETCH_ALLOW_HOSTS: `${new URL(simulator.url).host},${new URL(host.url).host}`,
  });
  const [anna, ben] = [new Caller(server.url, keys.anna), new Caller(server.url, keys.ben)];
  const figures = await watched(server, async () => {
    const { body } = await upload(server.url, png, keys.anna);
    const uploadId = body.data?.uploadReferenceImage.image?.uploadId;
    for (let index = 0; index < 60; index += 1) {
      await anna.make(`ring ${index}`, { referenceImages: [{ uploadId }] });
    }
    const begin = performance.now();
    const ids: string[] = [];
    for (let index = 0; index < 4; index += 1) ids.push((await ben.make(`fox ${index}`)).id);
    let completed = 0;
    for (const id of ids) {
      const read = () => ben.task(id).catch(() => null);
      const end = await waitFor('a video', read, (task) => task?.stage === 'COMPLETED', 1.5 * minutes).catch(
        () => null,
      );
      if (end !== null) completed += 1;
    }
    const { viewer } = await anna.query<{ viewer: { openTasks: number } }>('{ viewer { openTasks } }');
    return {
      otherCompleted: completed,
      otherTookSeconds: Math.round((performance.now() - begin) / 1000),
      waiting: viewer.openTasks,
      uploadRequests: host.requests(),
    };
  });
  const { createsAccepted } = await statsOf(simulator);
  return { ...figures, createsAccepted, stopsBadly: await stopsBadly(server) };
}

const must = { otherCompleted: 4, waiting: 60, createsAccepted: 4, slowHealth: 0, stopsBadly: 0 };

/** An upload host that is out of order holds up the tasks that need it, and nothing else. */
export const uploadTrials: readonly Trial[] = [
  {
    name: 'an upload host that answers 503 with Retry-After: 40, under 60 tasks of one owner',
    run: () => twoOwners((_request, response) => response.writeHead(503, { 'retry-after': '40' }).end(), '1'),
    must,
  },
  {
    name: 'an upload host that accepts and never answers, under 60 tasks of one owner',
    run: () => twoOwners(() => {}, '2'),
    must,
  },
];
