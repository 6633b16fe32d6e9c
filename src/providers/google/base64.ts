/** Text that is no base64. */
export class NotBase64Error extends Error {
  override readonly name = 'NotBase64Error';
}

/**
 * Decodes base64 as it comes, in the standard or the URL alphabet, with or without padding, in one line or many.
 *
 * @throws NotBase64Error
 */
export async function* bytesOfBase64(texts: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest = '';
  for await (const part of texts) {
    const text = rest + part.toString('latin1').replaceAll(/[\t\n\r ]+/g, '');
    // What Node skips as if it were not there would shift all that follows.
    if (!/^[\w+/-]*={0,2}$/.test(text)) throw new NotBase64Error('the video is not valid base64');
    const whole = text.length - (text.length % 4);
    rest = text.slice(whole);
    if (whole > 0) yield Buffer.from(text.slice(0, whole), 'base64');
  }
  if (rest.length === 1) throw new NotBase64Error('the video is not valid base64');
  if (rest.length > 0) yield Buffer.from(rest, 'base64');
}
