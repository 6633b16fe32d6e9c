import type { Payload } from '../../events/payload.ts';

/**
 * A whole WebSocket frame of a text message (RFC 6455, 5.2), as a server sends it: final, not masked, not
 * compressed. It holds `head`, the payload and a closing brace, and is written with the encoding latin1.
 */
export function textFrame(head: Payload, payload: Payload): string {
  const size = head.length + payload.length + 1;
  return `${frameStart(size)}${head}${payload}}`;
}

function frameStart(size: number): string {
  const { fromCharCode } = String;
  if (size < 126) return fromCharCode(0x81, size);
  if (size < 65_536) return fromCharCode(0x81, 126, size >> 8, size & 0xff);
  // 64 bits: no message comes near the upper half.
  return fromCharCode(
    0x81,
    127,
    0,
    0,
    0,
    0,
    size >>> 24,
    (size >> 16) & 0xff,
    (size >> 8) & 0xff,
    size & 0xff,
  );
}
