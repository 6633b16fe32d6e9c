import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Ports that systems give to nobody who asks for any port: the connections of other tests take none of them. */
const fixedPorts = { from: 20_000, to: 32_000 };

/** A port that is free now, for a server whose port must be known before it listens. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(fixedPorts.from, fixedPorts.to);
    const server = createServer();
    try {
      await once(server.listen(port, '127.0.0.1'), 'listening');
    } catch {
      // Another program has it.
      continue;
    }
    server.close();
    await once(server, 'close');
    return port;
  }
}
