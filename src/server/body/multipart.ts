import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { Busboy } from '@fastify/busboy';
import { bodyTooLarge } from './read-body.ts';
import { badInput, notUtf8, tooLarge, type RequestRefusal } from '../http/refusal.ts';
import type { ConnectionTraffic, IncomingBody } from '../http/watched-connection.ts';
import { utf8Text } from './utf8.ts';

/** A multipart form, in the order of its parts. */
export interface MultipartForm<File> {
  readonly texts: readonly { readonly name: string; readonly text: string }[];
  readonly files: readonly { readonly name: string; readonly file: File }[];
}

/** Rules for reading a form. */
export interface MultipartOptions<File> {
  /** Of the whole body. */
  readonly maxBytes: number;
  /** Of all texts together. */
  readonly maxTextBytes: number;
  /** True if a part is kept as text; `fileName` is undefined where the part names none. */
  readonly isText: (name: string, fileName: string | undefined) => boolean;
  /** Takes a part that is no text, and must read it to its end. What it made is discarded when the form is refused. */
  readonly receive: (content: Readable) => Promise<File>;
  readonly discard: (file: File) => Promise<void>;
  readonly traffic: ConnectionTraffic | undefined;
}

/** More parts than any form of ours has. */
const maxParts = 100;
/** The headers of a part: above any name of a part and its file. */
const maxHeaderBytes = 8192;

/**
 * Reads a multipart form as it comes: texts into memory, files to where `receive` puts them, so that a body waits
 * whenever they do. Rejects with what `receive` fails with, and when the client goes away.
 */
export async function readMultipart<File>(
  request: IncomingMessage,
  options: MultipartOptions<File>,
): Promise<MultipartForm<File> | RequestRefusal> {
  const { maxBytes, traffic } = options;
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return bodyTooLarge(maxBytes);
  let parser: InstanceType<typeof Busboy>;
  try {
    parser = new Busboy({
      headers: { ...request.headers, 'content-type': request.headers['content-type'] ?? '' },
      // Every part as bytes: its text is ours to decode, strictly.
      isPartAFile: () => true,
      limits: { parts: maxParts + 1, headerSize: maxHeaderBytes },
    });
  } catch {
    return badInput('The content-type of a multipart body must have a boundary.');
  }
  const parts = new Parts(options);
  const outcome = Promise.withResolvers<RequestRefusal | null>();
  const body: IncomingBody = {
    receivedBytes: 0,
    bufferedBytes: 0,
    isPaused: () => request.isPaused(),
    refuse: outcome.resolve,
  };
  if (traffic !== undefined) traffic.body = body;
  parts.failed.then(outcome.resolve, outcome.reject);
  request.on('data', (chunk: Buffer) => {
    body.receivedBytes += chunk.length;
    body.bufferedBytes = parts.textBytes;
    if (body.receivedBytes > maxBytes) outcome.resolve(bodyTooLarge(maxBytes));
  });
  request.on('error', outcome.reject);
  parser.on('file', (name: string | undefined, content, fileName: string | undefined, encoding) =>
    parts.add(name ?? '', content, fileName, encoding),
  );
  parser.on('finish', () => outcome.resolve(null));
  parser.on('error', () => outcome.resolve(badInput('The multipart body is incomplete or malformed.')));
  request.pipe(parser);
  try {
    const refusal = (await outcome.promise) ?? (await parts.finish());
    if (refusal === null) return parts;
    await parts.discard();
    return refusal;
  } catch (error) {
    await parts.discard();
    throw error;
  } finally {
    if (traffic !== undefined) traffic.body = null;
    request.unpipe(parser);
    request.removeAllListeners('data');
  }
}

/** The parts of one form while they arrive. */
class Parts<File> implements MultipartForm<File> {
  readonly texts: { name: string; text: string }[] = [];
  readonly files: { name: string; file: File }[] = [];
  /** Settles only when a part ends the form: with the refusal, or with a fault. */
  readonly failed: Promise<RequestRefusal>;
  /** Bytes of texts in memory. */
  textBytes = 0;
  readonly #options: MultipartOptions<File>;
  readonly #settle: PromiseWithResolvers<RequestRefusal>;
  #refusal: RequestRefusal | null = null;
  #isDiscarded = false;
  readonly #contents: Readable[] = [];
  readonly #reading: Promise<void>[] = [];

  constructor(options: MultipartOptions<File>) {
    this.#options = options;
    this.#settle = Promise.withResolvers();
    this.failed = this.#settle.promise;
  }

  add(name: string, content: Readable, fileName: string | undefined, encoding: string): void {
    if (this.#isDiscarded) {
      // The parser goes on with what it was given before.
      content.on('error', () => {}).destroy();
      return;
    }
    this.#contents.push(content);
    if (this.#contents.length > maxParts) {
      this.#fail(badInput(`A form must have at most ${maxParts} parts.`));
    } else if (!/^(?:7bit|8bit|binary)$/i.test(encoding)) {
      // RFC 7578, 4.7: no form encodes its parts any more, and undone it would be taken for the content.
      this.#fail(badInput(`The part "${name}" must be sent without content-transfer-encoding.`));
    }
    const reading = this.#options.isText(name, fileName)
      ? this.#readText(name, content)
      : this.#options.receive(content).then((file) => void this.files.push({ name, file }));
    let isCut = false;
    content.once('error', () => {
      isCut = true;
    });
    // Heard at once, since the form may never be whole. Of a part that ends early the parser says so itself.
    reading.catch((error: unknown) => {
      if (!isCut) this.#settle.reject(error);
    });
    this.#reading.push(reading);
  }

  /** Waits for what was received to be kept. */
  async finish(): Promise<RequestRefusal | null> {
    await Promise.all(this.#reading);
    return this.#refusal;
  }

  /** Ends what is under way and removes what came of it. */
  async discard(): Promise<void> {
    this.#isDiscarded = true;
    for (const content of this.#contents) content.destroy(new Error('The form was refused'));
    await Promise.allSettled(this.#reading);
    await Promise.all(this.files.map(({ file }) => this.#options.discard(file)));
  }

  #fail(refusal: RequestRefusal): void {
    this.#refusal ??= refusal;
    this.#settle.resolve(refusal);
  }

  async #readText(name: string, content: Readable): Promise<void> {
    const { maxTextBytes } = this.#options;
    content.on('data', (chunk: Buffer) => {
      this.textBytes += chunk.length;
      if (this.textBytes > maxTextBytes) {
        this.#fail(tooLarge(`The text fields of a form must have at most ${maxTextBytes} bytes.`));
        content.destroy(new Error('A part is too large'));
      }
    });
    const text = utf8Text(await buffer(content));
    if (text === null) this.#fail(badInput(notUtf8));
    else this.texts.push({ name, text });
  }
}
