import { GraphQLError, Kind, valueFromASTUntyped } from 'graphql';
import type { JsonValue } from '../store/video-task.ts';
import type { IncomingFile } from '../tasks/upload-reference-image.ts';
import { isWebAddress } from '../tasks/web-address.ts';
import type { Builder } from './builder.ts';
import { fromRfc3339, toRfc3339 } from './date-time.ts';
import { isDeeperThan, maxJsonDepth } from './json-depth.ts';

/** No JSON has a function in it, so this is a file that a transport put there. */
const isFile = (value: unknown): value is IncomingFile =>
  typeof value === 'object' && value !== null && 'keepAs' in value && typeof value.keepAs === 'function';

function bounded(value: unknown): JsonValue {
  if (isDeeperThan(value, maxJsonDepth)) {
    throw new GraphQLError(`JSON is at most ${maxJsonDepth} levels deep here.`);
  }
  if (hasHalfCharacter(value)) {
    throw new GraphQLError('JSON must be whole Unicode text here, and has half a character.');
  }
  return value as JsonValue;
}

/** `"\ud800"` alone: no encoding can carry it, so each side would make something else of it. The depth is bounded. */
const hasHalfCharacter = (value: unknown): boolean =>
  typeof value === 'string'
    ? !value.isWellFormed()
    : typeof value === 'object' && value !== null && Object.entries(value).flat().some(hasHalfCharacter);

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
      if (typeof value !== 'string' || !isWebAddress(value)) {
        throw new GraphQLError(
          'A URL must be one absolute address that starts with https:// or http://, without blanks inside.',
        );
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
