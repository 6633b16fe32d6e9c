import {
  BREAK,
  getOperationAST,
  getVariableValues,
  type Kind,
  visit,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { compileQuery, isCompiledQuery, type CompiledQuery } from 'graphql-jit';
import type { Context } from '../schema/context.ts';
import type { OperationParams } from './operations.ts';

/** Compiling takes some milliseconds: worth it for a text that comes again. */
const usesBeforeCompiling = 3;

interface Compiled {
  readonly run: CompiledQuery['query'];
  readonly operation: OperationDefinitionNode;
}

/**
 * One operation of one text as machine code, where that is exactly what graphql-js would do.
 *
 * graphql-jit is only believed on a clean result: whatever has an error is run again by graphql-js, which is
 * harmless because mutations never come here. Variables are coerced by graphql-js first, since graphql-jit
 * lets two members of a `@oneOf` variable through.
 */
export class CompiledOperation {
  readonly #schema: GraphQLSchema;
  readonly #document: DocumentNode;
  readonly #operationName: string | null;
  #uses = 0;
  #compiled: Compiled | null | undefined;

  constructor(schema: GraphQLSchema, document: DocumentNode, operationName: string | null) {
    this.#schema = schema;
    this.#document = document;
    this.#operationName = operationName;
  }

  /** A result without errors, or null when graphql-js has to run the operation. */
  run(
    rootValue: unknown,
    contextValue: Context,
    variables: OperationParams['variables'],
  ): ExecutionResult | null | Promise<ExecutionResult | null> {
    this.#compiled ??= this.#uses++ < usesBeforeCompiling ? undefined : this.#compile();
    if (!this.#compiled) return null;
    const { operation, run } = this.#compiled;
    const coerced = getVariableValues(this.#schema, operation.variableDefinitions ?? [], variables ?? {});
    if (coerced.errors !== undefined) return null;
    const result = run(rootValue, contextValue, variables ?? {});
    return result instanceof Promise ? result.then(clean) : clean(result);
  }

  #compile(): Compiled | null {
    const operation = getOperationAST(this.#document, this.#operationName);
    if (!operation || operation.operation === 'mutation' || mixesVariablesIntoLiterals(this.#document))
      return null;
    const compiled = compileQuery(this.#schema, this.#document, this.#operationName ?? undefined);
    return isCompiledQuery(compiled) ? { run: compiled.query, operation } : null;
  }
}

const clean = (result: ExecutionResult): ExecutionResult | null =>
  result.errors === undefined ? result : null;

/** graphql-jit 0.8.9 loses a variable inside a JSON literal, and makes an absent one in an input literal null. */
function mixesVariablesIntoLiterals(document: DocumentNode): boolean {
  let mixes = false;
  const look = (node: { readonly kind: Kind }) => {
    visit(node as DocumentNode, {
      Variable: () => {
        mixes = true;
        return BREAK;
      },
    });
    return mixes ? BREAK : undefined;
  };
  visit(document, { ObjectValue: look, ListValue: look });
  return mixes;
}
