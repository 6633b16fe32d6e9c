import type { JsonValue } from '../domain/video-task.ts';
import type { Message } from '../domain/messages.ts';
import type { Builder } from './builder.ts';
import type { Enums } from './enums.ts';

/** The content of a text. */
export type MessageRef = ReturnType<typeof declareMessage>;

/** Declares the content of a text for people. */
export const declareMessage = (builder: Builder, enums: Enums) =>
  builder.objectRef<Message>('Message').implement({
    description:
      'The content of a text for people, so that a client can say it in another language. The English text is beside it.',
    fields: (t) => ({
      code: t.expose('code', { type: enums.MessageCode, description: 'What is said.' }),
      params: t.field({
        type: 'JSON',
        description:
          'The parameters of the code as an object: strings, numbers or null. A `reason` or `text` is of another origin, mostly in English.',
        resolve: ({ params }): JsonValue => ({ ...params }),
      }),
    }),
  });
