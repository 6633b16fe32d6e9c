import { createServer, request as forward } from 'node:http';
import { connect } from 'node:net';
import { freePort } from './free-port.ts';

/** A proxy that serves a server below a path of its own, and strips that path. */
export interface StrippingProxy extends AsyncDisposable {
  readonly url: string;
  /** Where requests go; set once the server listens. */
  target: string;
}

/**
 * Starts it, as nginx does with `location /reelay/ { proxy_pass http://…/; }`.
 *
 * @param passesWebSockets false for nginx without its lines about `Upgrade`
 */
export async function startStrippingProxy(path: string, passesWebSockets = true): Promise<StrippingProxy> {
  const proxy = { target: '' };
  const pathOf = (url = '') => url.slice(path.length) || '/';
  const server = createServer((request, response) => {
    if (!request.url?.startsWith(`${path}/`)) {
      response.writeHead(404).end();
      return;
    }
    const { method, headers } = request;
    const passed = forward(`${proxy.target}${pathOf(request.url)}`, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy());
    request.pipe(passed);
  });
  server.on('upgrade', (request, socket, head) => {
    if (!passesWebSockets) {
      socket.end('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
      return;
    }
    const { port, hostname } = new URL(proxy.target);
    const upstream = connect(Number(port), hostname, () => {
      const lines = [`GET ${pathOf(request.url)} HTTP/1.1`];
      for (let index = 0; index < request.rawHeaders.length; index += 2) {
        lines.push(`${request.rawHeaders[index]}: ${request.rawHeaders[index + 1]}`);
      }
      upstream.write(`${lines.join('\r\n')}\r\n\r\n`);
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
    socket.on('close', () => upstream.destroy());
  });
  const port = await freePort();
  await new Promise<void>((resolve) => void server.listen(port, '127.0.0.1', resolve));
  return Object.assign(proxy, {
    url: `http://127.0.0.1:${port}${path}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  });
}
