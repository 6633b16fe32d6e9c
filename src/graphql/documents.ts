import {
  GraphQLError,
  Kind,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
  type DocumentNode,
  type GraphQLSchema,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { codedError, shortMessage } from '../schema/errors.ts';
import { limitErrors, maxTokens } from './document-limits.ts';
import { slimDocument } from './slim-document.ts';

/** A text that was parsed and validated, or what is wrong with it. */
export type Prepared =
  | { readonly kind: 'valid'; readonly document: DocumentNode }
  /** `document` has the operations only, without their selections. */
  | { readonly kind: 'invalid'; readonly document: DocumentNode; readonly errors: readonly GraphQLError[] }
  | { readonly kind: 'unreadable'; readonly errors: readonly [GraphQLError] };

/** How much the remembered documents take, in bytes. Clients send a handful each, again and again. */
const rememberedBytes = 16 * 1024 * 1024;
/** Longer texts are read again each time. */
const longestRemembered = 65_536;
/** graphql-js counts the lines of a text again for each place of each error: 20 ns a line. */
const maxLines = 20_000;
/** What one error keeps. */
const errorBytes = 1024;

/** Parses and validates texts, and remembers those that come again. Bounded in bytes, least recently used out first. */
export class Documents {
  readonly #schema: GraphQLSchema;
  readonly #hideSuggestions: boolean;
  readonly #rules;
  readonly #remembered = new LRUCache<string, Prepared>({
    maxSize: rememberedBytes,
    sizeCalculation: (prepared, query) => query.length * 2 + this.#bytesOf(prepared),
  });
  readonly #bytes = new WeakMap<DocumentNode, number>();

  /** @param introspection false refuses introspection, and names nothing that a text does not name */
  constructor(schema: GraphQLSchema, introspection: boolean) {
    this.#schema = schema;
    this.#hideSuggestions = !introspection;
    this.#rules = [...specifiedRules, ...(introspection ? [] : [NoSchemaIntrospectionCustomRule])];
  }

  /** Parses and validates a text, or remembers it. Never throws on what a client sent. */
  prepare(query: string): Prepared {
    const known = this.#remembered.get(query);
    if (known !== undefined) return known;
    const prepared = this.#read(query);
    if (query.length <= longestRemembered) this.#remembered.set(query, prepared);
    return prepared;
  }

  /** About how many bytes a document keeps for as long as something holds it. */
  bytesOf(document: DocumentNode): number {
    return this.#bytes.get(document) ?? 0;
  }

  #bytesOf(prepared: Prepared): number {
    const document = prepared.kind === 'valid' ? this.bytesOf(prepared.document) : 0;
    return document + (prepared.kind === 'valid' ? 0 : prepared.errors.length * errorBytes) + 500;
  }

  #read(query: string): Prepared {
    try {
      if (hasMoreLines(query, maxLines)) {
        const message = `The text has more than ${maxLines} lines.`;
        return { kind: 'unreadable', errors: [codedError('LIMIT_EXCEEDED', message)] };
      }
      const document = parse(query, { maxTokens });
      const exceeded = limitErrors(document);
      if (exceeded.length > 0) return { kind: 'invalid', errors: exceeded, document: outlineOf(document) };
      const errors = validate(this.#schema, document, this.#rules, {
        // An error may repeat what it is about, and long texts are read again each time.
        maxErrors: query.length > longestRemembered ? 3 : 20,
        // "Did you mean" would report what introspection does not.
        hideSuggestions: this.#hideSuggestions,
      });
      if (errors.length > 0) {
        return {
          kind: 'invalid',
          errors: errors.map((error) => alone(error, 'GRAPHQL_VALIDATION_FAILED')),
          document: outlineOf(document),
        };
      }
      this.#bytes.set(document, slimDocument(document));
      return { kind: 'valid', document };
    } catch (error) {
      // graphql-js reads brackets within brackets by recursion, and there is an end to that.
      if (error instanceof RangeError) return { kind: 'unreadable', errors: [tooDeep()] };
      if (!(error instanceof GraphQLError)) throw error;
      const tooLong = /more than \d+ tokens/.test(error.message);
      return {
        kind: 'unreadable',
        errors: [alone(error, tooLong ? 'LIMIT_EXCEEDED' : 'GRAPHQL_PARSE_FAILED')],
      };
    }
  }
}

/** Whether a text has more lines than so many. */
function hasMoreLines(text: string, most: number): boolean {
  // Most texts are shorter than that.
  if (text.length <= most) return false;
  let lines = 1;
  for (const _ of text.matchAll(/\r\n|[\n\r]/g)) {
    lines += 1;
    if (lines > most) return true;
  }
  return false;
}

const tooDeep = () => codedError('LIMIT_EXCEEDED', 'The text has too many brackets within brackets.');

/** An error with its places and a code, without the document. */
function alone({ message, source, positions, extensions }: GraphQLError, code: string): GraphQLError {
  const error = new GraphQLError(shortMessage(message), {
    source: source ?? null,
    positions: positions ?? null,
    extensions: typeof extensions['code'] === 'string' ? extensions : { ...extensions, code },
  });
  // The frames of a stack that nobody has read yet hold what was called on, the document among it.
  error.stack = error.message;
  return error;
}

/** What Yoga looks at in a document that is not valid: which operations there are. */
function outlineOf({ definitions }: DocumentNode): DocumentNode {
  return {
    kind: Kind.DOCUMENT,
    definitions: definitions
      .filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
      .map(({ kind, operation, name }) => ({
        kind,
        operation,
        name: name && { kind: name.kind, value: name.value },
        selectionSet: { kind: Kind.SELECTION_SET, selections: [] },
      })),
  };
}
