/**
 * A message's JSON in UTF-8, each byte as one character, for `write(payload, 'latin1')`.
 *
 * A string rather than a Buffer because frames are made of it for each subscriber: as Buffers, 25,000 frames a second
 * counted as outside memory and made V8 go through the whole heap every 0.7 s, a quarter of the server's time.
 */
export type Payload = string & { readonly __brand: 'Payload' };

/** Encodes a message once for all subscribers of a stream. */
export const toPayload = (text: string): Payload => Buffer.from(text).toString('latin1') as Payload;
