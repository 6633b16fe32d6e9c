import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

/** `https://images.unsplash.com`, on this machine. */
export interface ImageHost extends AsyncDisposable {
  /** The paths that were asked for. */
  readonly asked: readonly string[];
  /** What a server in another process needs to come here, beside `arguments`. */
  readonly env: Readonly<Record<string, string>>;
  /** Arguments of its node. */
  readonly arguments: readonly string[];
}

const file = (name: string) => new URL(name, import.meta.url);

/** Starts it with a certificate of its own, which only tests trust. */
export async function startImageHost(image: Uint8Array): Promise<ImageHost> {
  const asked: string[] = [];
  const server = createServer(
    { key: await readFile(file('key.pem')), cert: await readFile(file('certificate.pem')) },
    (request, response) => {
      asked.push(`${request.headers.host}${request.url}`);
      response.setHeader('content-type', 'image/png').end(image);
    },
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    asked,
    env: {
      IMAGE_HOST_PORT: String((server.address() as AddressInfo).port),
      NODE_EXTRA_CA_CERTS: fileURLToPath(file('certificate.pem')),
    },
    arguments: ['--import', fileURLToPath(file('preload.ts'))],
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
