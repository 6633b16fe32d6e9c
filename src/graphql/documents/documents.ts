import {
  GraphQLError,
  Kind,
  NoFragmentCyclesRule,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  UniqueFragmentNamesRule,
  validate,
  type DocumentNode,
  type GraphQLSchema,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { codedError, shortMessage } from '../../schema/errors.ts';
import { codeOf, type Step } from '../public-error.ts';
import { maxTokens, measure } from './document-limits.ts';
import { slimDocument } from './slim-document.ts';

/** A parsed and validated query, or its errors. */
export type PreparedDocument =
  | { readonly kind: 'valid'; readonly document: DocumentNode }
  /** `document` has the operations only, without their selections. */
  | { readonly kind: 'invalid'; readonly document: DocumentNode; readonly errors: readonly GraphQLError[] }
  | { readonly kind: 'unreadable'; readonly errors: readonly [GraphQLError] };

/** The size of the cache in bytes. Each client sends a handful of documents, again and again. */
const cacheBytes = 16 * 1024 * 1024;
/** The longest query that is cached, in characters. */
const longestCached = 65_536;
/** graphql-js counts the lines of a query again for each location of each error: 20 ns a line. */
const maxLines = 20_000;
/** The approximate size of a cached error. */
const errorBytes = 1024;

/** What is wrong with a document with a cycle: other rules compare fields that are within themselves. */
const cycleRules = [UniqueFragmentNamesRule, NoFragmentCyclesRule];

/** Parses and validates queries, with a cache that is bounded in bytes. */
export class Documents {
  readonly #schema: GraphQLSchema;
  readonly #hideSuggestions: boolean;
  readonly #rules;
  readonly #cache = new LRUCache<string, PreparedDocument>({
    maxSize: cacheBytes,
    sizeCalculation: (prepared, query) => this.#bytesOf(prepared, query),
  });
  readonly #bytes = new WeakMap<DocumentNode, number>();

  /** @param introspection false refuses introspection, and keeps names of the schema out of error messages */
  constructor(schema: GraphQLSchema, introspection: boolean) {
    this.#schema = schema;
    this.#hideSuggestions = !introspection;
    this.#rules = [...specifiedRules, ...(introspection ? [] : [NoSchemaIntrospectionCustomRule])];
  }

  /** Parses and validates a query, or finds it in the cache. Never throws on the input of a client. */
  prepare(query: string): PreparedDocument {
    const known = this.#cache.get(query);
    if (known !== undefined) return known;
    const prepared = this.#read(query);
    if (query.length <= longestCached) this.#cache.set(query, prepared);
    return prepared;
  }

  /** The approximate size of a document in memory with the text that it keeps, in bytes. */
  bytesOf(document: DocumentNode): number {
    return this.#bytes.get(document) ?? 0;
  }

  #bytesOf(prepared: PreparedDocument, query: string): number {
    if (prepared.kind === 'valid') return this.bytesOf(prepared.document) + 500;
    return textBytes(query) + prepared.errors.length * errorBytes + 500;
  }

  #read(query: string): PreparedDocument {
    try {
      if (hasMoreLines(query, maxLines)) {
        const message = `The query must have at most ${maxLines} lines.`;
        return { kind: 'unreadable', errors: [codedError('LIMIT_EXCEEDED', message)] };
      }
      const document = parse(query, { maxTokens });
      const { errors: exceeded, hasCycle } = measure(document);
      if (exceeded.length > 0) return { kind: 'invalid', errors: exceeded, document: outlineOf(document) };
      const errors = validate(this.#schema, document, hasCycle ? cycleRules : this.#rules, {
        // Each error may repeat a part of the query, and long queries are not cached.
        maxErrors: query.length > longestCached ? 3 : 20,
        // "Did you mean" would reveal names that introspection does not.
        hideSuggestions: this.#hideSuggestions,
      });
      if (errors.length > 0) {
        return {
          kind: 'invalid',
          errors: errors.map((error) => detached(error, 'validate')),
          document: outlineOf(document),
        };
      }
      // Locations refer to the text, comments included.
      this.#bytes.set(document, slimDocument(document) + textBytes(query));
      return { kind: 'valid', document };
    } catch (error) {
      // graphql-js reads nested brackets by recursion, which overflows the stack.
      if (error instanceof RangeError) return { kind: 'unreadable', errors: [tooDeep()] };
      if (!(error instanceof GraphQLError)) throw error;
      return { kind: 'unreadable', errors: [detached(error, 'parse')] };
    }
  }
}

/** At most: text without a character above U+00FF takes half of it. */
const textBytes = (query: string): number => 2 * query.length;

/** True if a query has more lines than `most`. */
function hasMoreLines(text: string, most: number): boolean {
  // Most queries are shorter than that.
  if (text.length <= most) return false;
  let lines = 1;
  for (const _ of text.matchAll(/\r\n|[\n\r]/g)) {
    lines += 1;
    if (lines > most) return true;
  }
  return false;
}

const tooDeep = () => codedError('LIMIT_EXCEEDED', 'The query is nested too deeply.');

/** An error with its locations and its code, without a reference to the document. */
function detached(original: GraphQLError, step: Step): GraphQLError {
  const { message, source, positions, extensions } = original;
  const error = new GraphQLError(shortMessage(message), {
    source: source ?? null,
    positions: positions ?? null,
    extensions: { ...extensions, code: codeOf(original, step) },
  });
  // The frames of a stack that was not read yet hold the arguments of its calls, the document among them.
  error.stack = error.message;
  return error;
}

/** The operations of an invalid document, without selections: Yoga needs no more. */
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
