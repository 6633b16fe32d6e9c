import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A load balancer on one port: each connection goes to the next server that takes it. Passes WebSockets, as all of TCP. */
export interface Balancer extends AsyncDisposable {
  readonly url: string;
}

/** @param targets the addresses of the servers, some of which may be down */
export async function startBalancer(targets: readonly string[], port = 0): Promise<Balancer> {
  const open = new Set<Socket>();
  let next = 0;
  const keep = (socket: Socket) => {
    open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => open.delete(socket));
  };
  const pass = (client: Socket, triesLeft: number) => {
    const { hostname, port: to } = new URL(targets[next++ % targets.length] ?? '');
    const upstream = connect(Number(to), hostname);
    keep(upstream);
    const refused = () => {
      if (triesLeft > 0 && !client.destroyed) pass(client, triesLeft - 1);
      else client.destroy();
    };
    upstream.once('error', refused);
    upstream.once('connect', () => {
      upstream.off('error', refused);
      upstream.on('close', () => client.destroy());
      client.on('close', () => upstream.destroy());
      client.pipe(upstream).pipe(client);
    });
  };
  const server = createServer((client) => {
    keep(client);
    pass(client, targets.length - 1);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve) => void server.close(resolve));
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}
