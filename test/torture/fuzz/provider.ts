import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Dice } from './dice.ts';
import { hostileVideo } from './media.ts';
import { readFileSync } from 'node:fs';

const soundVideo = readFileSync(
  new URL('../../../src/providers/simulator/samples/16x9.mp4', import.meta.url),
);

/** A Kie that serves each task a video of its own, most of which are none. */
export async function startHostileProvider(seed: number) {
  let [created, isSound] = [0, false];
  const server = createServer((request, response) => {
    request.resume();
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://provider');
    const answer = (data: unknown) =>
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ code: 200, msg: 'success', data }));
    if (pathname.endsWith('createTask')) {
      created += 1;
      answer({ taskId: `fuzz-${seed}-${created}` });
    } else if (pathname.endsWith('recordInfo')) {
      const taskId = searchParams.get('taskId') ?? '';
      const resultJson = JSON.stringify({
        resultUrls: [`http://${request.headers.host}/${taskId.split('-').at(-1)}.mp4`],
      });
      answer({ taskId, state: 'success', resultJson });
    } else if (pathname.endsWith('.mp4')) {
      const dice = new Dice(seed + Number(/\d+/.exec(pathname)?.[0] ?? 0));
      const video = isSound ? soundVideo : hostileVideo(dice);
      response.writeHead(200, { 'content-type': 'video/mp4', 'content-length': video.length }).end(video);
    } else {
      answer(1000);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    /** From now on each video is a good one. */
    beSound: () => {
      isSound = true;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
