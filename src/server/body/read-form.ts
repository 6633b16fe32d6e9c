import type { IncomingMessage } from 'node:http';
import { readContentType, isUtf8Charset } from './content-type.ts';
import { readMultipart } from './multipart.ts';
import { readBody } from './read-body.ts';
import { badInput, notUtf8, RequestRefusal, unsupportedType } from '../http/refusal.ts';
import type { ConnectionTraffic } from '../http/watched-connection.ts';
import { urlEncodedPairs } from './utf8.ts';

/** A form as it was sent. */
export interface Form {
  /** In their order, repeated names included. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** The fields that hold a file. */
  readonly fileFields: readonly string[];
}

/** Reads a form, url-encoded or multipart. What files hold is thrown away. */
export async function readForm(
  request: IncomingMessage,
  maxBytes: number,
  traffic: ConnectionTraffic | undefined,
): Promise<Form | RequestRefusal> {
  const { essence, charset } = readContentType(request.headers['content-type']);
  if (essence === 'multipart/form-data') {
    const form = await readMultipart(request, {
      maxBytes,
      maxTextBytes: maxBytes,
      isText: (_name, fileName) => fileName === undefined,
      receive: async (content) => {
        for await (const _ of content);
      },
      discard: () => Promise.resolve(),
      traffic,
    });
    return form instanceof RequestRefusal
      ? form
      : {
          fields: form.texts.map(({ name, text }) => [name, text]),
          fileFields: form.files.map(({ name }) => name),
        };
  }
  if (essence !== 'application/x-www-form-urlencoded') {
    return badInput('The body must be a form, as curl -F or --data-urlencode send it.');
  }
  const body = await readBody(request, maxBytes, traffic);
  if (body instanceof RequestRefusal) return body;
  const fields = urlEncodedPairs(body.toString('latin1'));
  if (fields === null) return badInput(notUtf8);
  return isUtf8Charset(charset)
    ? { fields, fileFields: [] }
    : unsupportedType('The charset of the form must be utf-8.');
}
