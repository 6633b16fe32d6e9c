import { GraphQLError, Kind, valueFromASTUntyped } from 'graphql';
import type { JsonValue } from '../store/video-task.ts';
import type { IncomingFile } from '../tasks/upload-reference-image.ts';
import type { Builder } from './builder.ts';
import { fromRfc3339, toRfc3339 } from './date-time.ts';
import { isDeeperThan, maxJsonDepth } from './json-depth.ts';

/** Yoga's files are a class of their own, so they are known by what they can do. */
const isFile = (value: unknown): value is IncomingFile =>
  typeof value === 'object' &&
  value !== null &&
  'size' in value &&
  typeof value.size === 'number' &&
  'arrayBuffer' in value &&
  typeof value.arrayBuffer === 'function';

function bounded(value: unknown): JsonValue {
  if (isDeeperThan(value, maxJsonDepth)) {
    throw new GraphQLError(`JSON is at most ${maxJsonDepth} levels deep here.`);
  }
  return value as JsonValue;
}

/** Adds the scalars that GraphQL itself does not have. */
export function registerScalars(builder: Builder): void {
  builder.scalarType('DateTime', {
    description: 'A point in time as RFC 3339 text in UTC, such as 2026-11-24T08:15:30.123Z.',
    specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time.html',
    serialize: toRfc3339,
    parseValue: (value) => {
      const time = typeof value === 'string' ? fromRfc3339(value) : Number.NaN;
      if (Number.isNaN(time)) {
        throw new GraphQLError(
          'DateTime wants RFC 3339 text of a time that exists, with an offset, such as 2026-11-24T08:15:30Z.',
        );
      }
      return time;
    },
  });
  builder.scalarType('URL', {
    description: 'An absolute address with http or https.',
    specifiedByURL: 'https://url.spec.whatwg.org/',
    serialize: (value) => value,
    parseValue: (value) => {
      const url = typeof value === 'string' ? URL.parse(value) : null;
      if (url === null || typeof value !== 'string' || !/^https?:$/.test(url.protocol)) {
        throw new GraphQLError('URL wants an absolute address that starts with https:// or http://.');
      }
      return value;
    },
  });
  builder.scalarType('File', {
    description: 'A file in a multipart request (graphql-multipart-request-spec).',
    serialize: () => {
      throw new GraphQLError('A File is for input only.');
    },
    parseValue: (value) => {
      if (!isFile(value)) throw new GraphQLError('File wants a file of a multipart request.');
      return value;
    },
    parseLiteral: () => {
      throw new GraphQLError(
        'A File cannot be written into the text: use a variable and a multipart request.',
      );
    },
  });
  builder.scalarType('JSON', {
    description: 'Any JSON value.',
    specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259',
    serialize: (value) => value,
    parseValue: bounded,
    parseLiteral: (node, variables) => {
      if (node.kind === Kind.ENUM) throw new GraphQLError('JSON has no enum values: put text in quotes.');
      return bounded(valueFromASTUntyped(node, variables));
    },
  });
}
