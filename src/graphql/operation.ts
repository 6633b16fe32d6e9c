import {
  getOperationAST,
  type DocumentNode,
  type GraphQLError,
  type GraphQLSchema,
  type OperationTypeNode,
} from 'graphql';
import { codedError } from '../schema/errors.ts';
import { boundExceededBy, maxJsonDepth, maxJsonKeys } from '../schema/json-depth.ts';
import { CompiledOperation } from './compiled-operation.ts';
import type { Documents } from './documents/documents.ts';
import type { OperationParams } from './params.ts';

/** An operation of a client whose document is valid. */
export interface ValidOperation {
  readonly kind: 'valid';
  readonly params: OperationParams;
  readonly document: DocumentNode;
  /** Null if `operationName` names none of the operations, or is absent where there are several. */
  readonly operation: CompiledOperation | null;
}

/** An operation of a client, parsed and validated once: every later step takes this. */
export type PreparedOperation =
  | ValidOperation
  | {
      readonly kind: 'invalid';
      readonly params: OperationParams;
      /** The operations only, without their selections. */
      readonly document: DocumentNode;
      readonly errors: readonly GraphQLError[];
    }
  | {
      readonly kind: 'unreadable';
      readonly params: OperationParams;
      readonly errors: readonly [GraphQLError];
    };

/** The type of an operation; null for one that is not valid. */
export const typeOf = (prepared: PreparedOperation): OperationTypeNode | null =>
  prepared.kind === 'valid' ? (prepared.operation?.type ?? null) : null;

/** Finds the operation of each request, so that the same document and name share one compiled operation. */
export class OperationFinder {
  readonly #schema: GraphQLSchema;
  readonly #documents: Documents;
  /** By document and name; forgotten together with the document. */
  readonly #operations = new WeakMap<DocumentNode, Map<string | null, CompiledOperation>>();

  constructor(schema: GraphQLSchema, documents: Documents) {
    this.#schema = schema;
    this.#documents = documents;
  }

  /** Parses and validates the query, or finds it in the cache. Never throws on the input of a client. */
  prepare(params: OperationParams): PreparedOperation {
    const prepared = this.#documents.prepare(params.query);
    if (prepared.kind !== 'valid') return { ...prepared, params };
    const { document } = prepared;
    return { kind: 'valid', params, document, operation: this.#find(document, params.operationName) };
  }

  #find(document: DocumentNode, operationName: string | null): CompiledOperation | null {
    let byName = this.#operations.get(document);
    if (byName === undefined) {
      byName = new Map();
      this.#operations.set(document, byName);
    }
    const known = byName.get(operationName);
    if (known !== undefined) return known;
    const definition = getOperationAST(document, operationName);
    // Missing names are not kept: a client could send any number of them.
    if (!definition) return null;
    const operation = new CompiledOperation(this.#schema, document, definition);
    byName.set(operationName, operation);
    return operation;
  }
}

/** The error for which an operation is refused before anything is read: its variables or its complexity. Null: none. */
export function refusalOf(
  { operation, params: { variables } }: ValidOperation,
  maxComplexity: number,
): GraphQLError | null {
  const exceeded = variables === null ? null : boundExceededBy(variables, maxJsonDepth + 1);
  if (exceeded !== null) {
    const bound =
      exceeded === 'levels' ? `be at most ${maxJsonDepth} levels deep` : `have at most ${maxJsonKeys} keys`;
    return codedError('BAD_INPUT', `Variables must ${bound}.`);
  }
  const complexity = operation?.complexityWith(variables) ?? 0;
  if (complexity <= maxComplexity) return null;
  const message =
    `The operation has a complexity of ${complexity}; the limit is ${maxComplexity}. ` +
    'Select smaller pages or fewer fields.';
  return codedError('LIMIT_EXCEEDED', message);
}
