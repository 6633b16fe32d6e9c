import type { Duplex } from 'node:stream';

/** A refused WebSocket: the status line and one sentence of ASCII characters. */
export interface UpgradeRefusal {
  readonly status: string;
  readonly message: string;
}

/** Answers a request for a WebSocket that is not opened, and ends its connection. */
export function refuseUpgrade(socket: Duplex, { status, message }: UpgradeRefusal): void {
  socket.on('error', () => socket.destroy());
  const challenge = status.startsWith('401') ? 'www-authenticate: Bearer\r\n' : '';
  socket.end(
    `HTTP/1.1 ${status}\r\n${challenge}connection: close\r\ncontent-type: text/plain\r\ncontent-length: ${message.length}\r\n\r\n${message}`,
  );
}
