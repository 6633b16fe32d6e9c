import {
  Kind,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  type SelectionSetNode,
} from 'graphql';
import { codedError } from '../../schema/errors.ts';
import { RepeatedFields } from './repeated-fields.ts';

/** The longest query, in tokens. GraphiQL's introspection has under 1,000; a million take 0.8 s to parse. */
export const maxTokens = 4000;
/** The deepest selection. Introspection by GraphiQL needs 15. */
const maxDepth = 20;
/** The most root fields of one operation: each may read a page from the database. */
const maxRootFields = 30;
/**
 * The most fields of one operation, counting fragments at each spread. More than `maxTokens` allows without fragments,
 * so only fragments that multiply each other reach it.
 */
const maxFields = 4000;
/** The same of all operations and fragments of a document together: each is walked, whether it is executed or not. */
const maxFieldsOfAll = 20_000;

/** The longest name of a field in the response: a list repeats it for each item. */
const maxNameLength = 200;

/**
 * The most pairs of fields with one name in the response that validation compares, at 1 to 4 µs each: 140 mentions of
 * one field. Generated queries have some ten.
 */
const maxPairs = 10_000;

/** The size of a selection, counting fragments at each spread. */
export interface Size {
  /** Levels of fields. */
  readonly depth: number;
  /** Fields at the top level. */
  readonly rootFields: number;
  /** Fields at all levels. */
  readonly fields: number;
}

const nothing: Size = { depth: 0, rootFields: 0, fields: 0 };
/** Counts stop here, so that they remain finite numbers. */
const enough = 1_000_000;

/** Measures the selections of one document. Each fragment is visited once, however often it is spread. */
export class Sizes {
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  /** `nothing` while a fragment is being measured: cycles are refused by a rule of the specification. */
  readonly #measured = new Map<FragmentDefinitionNode, Size>();

  /** The longest name in a response, of what was measured so far. */
  longestName = 0;
  /** True once a fragment was met within itself: its size, and that of what spreads it, is then too small. */
  hasCycle = false;

  /** @param document parsed, not validated: fragments may be missing, double or spread in a cycle */
  constructor({ definitions }: DocumentNode) {
    for (const definition of definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION)
        this.#fragments.set(definition.name.value, definition);
    }
  }

  of({ selections }: SelectionSetNode): Size {
    let { depth, rootFields, fields } = nothing;
    for (const selection of selections) {
      let size: Size;
      if (selection.kind === Kind.FIELD) {
        this.longestName = Math.max(this.longestName, (selection.alias ?? selection.name).value.length);
        const below = selection.selectionSet === undefined ? nothing : this.of(selection.selectionSet);
        size = { depth: below.depth + 1, rootFields: 1, fields: below.fields + 1 };
      } else if (selection.kind === Kind.INLINE_FRAGMENT) size = this.of(selection.selectionSet);
      else size = this.#ofFragment(selection.name.value);
      depth = Math.max(depth, size.depth);
      rootFields = Math.min(enough, rootFields + size.rootFields);
      fields = Math.min(enough, fields + size.fields);
    }
    return { depth, rootFields, fields };
  }

  #ofFragment(name: string): Size {
    const fragment = this.#fragments.get(name);
    if (fragment === undefined) return nothing;
    let size = this.#measured.get(fragment);
    if (size === nothing) this.hasCycle = true;
    if (size === undefined) {
      this.#measured.set(fragment, nothing);
      size = this.of(fragment.selectionSet);
      this.#measured.set(fragment, size);
    }
    return size;
  }
}

/** What is known of a document before validation, whose steps visit fragments at each spread. */
export interface MeasuredDocument {
  /** The limits that it exceeds. */
  readonly errors: readonly GraphQLError[];
  /** True if a fragment is spread within itself. */
  readonly hasCycle: boolean;
}

/** Measures a document. Must come before validation. */
export function measure(document: DocumentNode): MeasuredDocument {
  const sizes = new Sizes(document);
  const messages = new Set<string>();
  const repeated = new RepeatedFields(document);
  let fieldsOfAll = 0;
  for (const definition of document.definitions) {
    // Validation visits fragments without a spread too.
    if (definition.kind !== Kind.OPERATION_DEFINITION && definition.kind !== Kind.FRAGMENT_DEFINITION)
      continue;
    const { depth, rootFields, fields } = sizes.of(definition.selectionSet);
    const isOperation = definition.kind === Kind.OPERATION_DEFINITION;
    fieldsOfAll += fields;
    if (fields > maxFields) {
      messages.add(`The operation must have at most ${maxFields} fields, counting fragments at each spread.`);
    } else if (fieldsOfAll > maxFieldsOfAll) {
      messages.add(
        `All operations and fragments of the query must have at most ${maxFieldsOfAll} fields together, counting ` +
          'fragments at each spread.',
      );
    } else if (!sizes.hasCycle && repeated.pairsIn(definition.selectionSet) > maxPairs) {
      messages.add('The operation repeats the same field too often in one place. Mention each field once.');
    }
    if (isOperation && depth > maxDepth)
      messages.add(`The operation must be at most ${maxDepth} levels deep.`);
    if (isOperation && rootFields > maxRootFields) {
      messages.add(`The operation must have at most ${maxRootFields} root fields.`);
    }
  }
  if (sizes.longestName > maxNameLength) {
    messages.add(`The name of a field or an alias must have at most ${maxNameLength} characters.`);
  }
  const errors = [...messages].map((message) => codedError('LIMIT_EXCEEDED', message));
  return { errors, hasCycle: sizes.hasCycle };
}
