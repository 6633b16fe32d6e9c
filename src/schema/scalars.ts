import { GraphQLError, valueFromASTUntyped, visit, type ValueNode } from 'graphql';
import type { JsonValue } from '../domain/video-task.ts';
import type { IncomingFile } from '../commands/upload-reference-image.ts';
import { isWebAddress } from '../domain/web-address.ts';
import type { Builder } from './builder.ts';
import { codedError } from './errors.ts';
import { fromRfc3339, toRfc3339 } from './date-time.ts';
import { maxJsonDepth } from './json-depth.ts';

/** True if a value is a file of a transport: no JSON value contains a function. */
const isFile = (value: unknown): value is IncomingFile =>
  typeof value === 'object' && value !== null && 'keepAs' in value && typeof value.keepAs === 'function';

/**
 * Accepts what JSON can express, at most 32 levels deep. A reader of JSON makes `Infinity` of `1e400`, and digits of a
 * large integer get lost; a writer makes `null` of the first. Neither may reach a paid request, so both are refused.
 *
 * @throws GraphQLError with the path of the value
 */
function jsonValue(value: unknown): JsonValue {
  let level: readonly JsonItem[] = [{ parent: null, key: '', value }];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > maxJsonDepth) throw badJson(`JSON must be at most ${maxJsonDepth} levels deep.`);
    const next: JsonItem[] = [];
    for (const item of level) {
      if (typeof item.value === 'object' && item.value !== null) {
        const children = item.value as Record<string, unknown>;
        for (const key of Object.keys(children)) next.push({ parent: item, key, value: children[key] });
      } else {
        const problem = problemOfLeaf(item.value);
        if (problem !== null) throw badJson(`${nameOf(item)} ${problem}`);
      }
      if (!item.key.isWellFormed()) throw badJson(`${nameOf(item)} has an unpaired surrogate in its name.`);
    }
    level = next;
  }
  return value as JsonValue;
}

/** `NaN`, `Infinity` and `True` are names of enum values to GraphQL, which would become text. */
const refuseEnums = (literal: ValueNode): void => {
  visit(literal, {
    EnumValue: ({ value }) => {
      throw badJson(`JSON has no value ${value}: put strings in quotes.`);
    },
  });
};

/** As in input objects: a variable without a value leaves its field out, and is null in a list. */
function withoutAbsent(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutAbsent(item) ?? null);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) =>
      inner === undefined ? [] : [[key, withoutAbsent(inner)]],
    ),
  );
}

/** A value inside of another; its path is only written down when something is wrong with it. */
interface JsonItem {
  readonly parent: JsonItem | null;
  readonly key: string;
  readonly value: unknown;
}

function nameOf(item: JsonItem): string {
  const keys: string[] = [];
  for (let at = item; at.parent !== null; at = at.parent) keys.unshift(at.key);
  return keys.length === 0 ? 'The value' : `The value at "${keys.join('.')}"`;
}

/** The reason why a value other than a list or an object is not JSON; null if it is. */
function problemOfLeaf(value: unknown): string | null {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return 'is a number that JSON cannot express.';
    return Number.isInteger(value) && !Number.isSafeInteger(value)
      ? 'is an integer beyond 2^53, which would lose digits. Send it as a string.'
      : null;
  }
  if (typeof value === 'string')
    return value.isWellFormed() ? null : 'has an unpaired surrogate. Send valid Unicode.';
  return value === null || typeof value === 'boolean' ? null : 'cannot be expressed in JSON.';
}

const badJson = (message: string) => codedError('BAD_INPUT', message);

/** Adds the scalars that GraphQL itself does not have. */
export function registerScalars(builder: Builder): void {
  builder.scalarType('DateTime', {
    description: 'A point in time as an RFC 3339 string in UTC, such as 2026-11-24T08:15:30.123Z.',
    specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time.html',
    serialize: toRfc3339,
    parseValue: (value) => {
      const time = typeof value === 'string' ? fromRfc3339(value) : Number.NaN;
      if (Number.isNaN(time)) {
        throw new GraphQLError(
          'A DateTime must be an RFC 3339 string of an existing time with an offset, such as 2026-11-24T08:15:30Z.',
        );
      }
      return time;
    },
  });
  builder.scalarType('URL', {
    description: 'An absolute http or https URL.',
    specifiedByURL: 'https://url.spec.whatwg.org/',
    serialize: (value) => value,
    parseValue: (value) => {
      if (typeof value !== 'string' || !isWebAddress(value)) {
        throw new GraphQLError(
          'A URL must be one absolute URL that starts with https:// or http:// and has no spaces.',
        );
      }
      return value;
    },
  });
  builder.scalarType('File', {
    description: 'A file in a multipart request (graphql-multipart-request-spec).',
    specifiedByURL: 'https://github.com/jaydenseric/graphql-multipart-request-spec',
    serialize: () => {
      throw new GraphQLError('A File can only be used as input.');
    },
    parseValue: (value) => {
      if (!isFile(value)) throw new GraphQLError('A File must be a file of a multipart request.');
      return value;
    },
    parseLiteral: () => {
      throw new GraphQLError('A File cannot be a literal: use a variable and a multipart request.');
    },
  });
  builder.scalarType('JSON', {
    description: 'Any JSON value.',
    specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259',
    serialize: (value) => value,
    parseValue: jsonValue,
    parseLiteral: (node, variables) => {
      refuseEnums(node);
      return jsonValue(withoutAbsent(valueFromASTUntyped(node, variables)));
    },
  });
}
