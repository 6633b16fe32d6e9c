import {
  BREAK,
  coerceInputValue,
  isNonNullType,
  type Kind,
  typeFromAST,
  visit,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLInputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type OperationTypeNode,
} from 'graphql';
import { compileQuery, isCompiledQuery, type CompiledQuery } from 'graphql-jit';
import type { Context } from '../schema/context.ts';
import type { MaybePromise } from '../store/store.ts';
import type { OperationParams } from './operations.ts';

/** Compiling takes some milliseconds: worth it for a text that comes again. */
const usesBeforeCompiling = 3;

interface Compiled {
  readonly run: CompiledQuery['query'];
  readonly variableTypes: readonly VariableType[];
}

interface VariableType {
  readonly name: string;
  readonly type: GraphQLInputType;
  readonly hasDefault: boolean;
}

/**
 * One operation of one text as machine code, where that is exactly what graphql-js would do.
 *
 * graphql-jit is only believed on a clean result: whatever has an error is run again by graphql-js, which is
 * harmless because mutations never come here. Variables are coerced by graphql-js first, since graphql-jit
 * lets two members of a `@oneOf` variable through.
 */
export class CompiledOperation {
  readonly type: OperationTypeNode;
  readonly #schema: GraphQLSchema;
  readonly #document: DocumentNode;
  readonly #operation: OperationDefinitionNode;
  #uses = 0;
  #compiled: Compiled | null | undefined;

  /** @param operation one of the document's */
  constructor(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) {
    this.type = operation.operation;
    this.#schema = schema;
    this.#document = document;
    this.#operation = operation;
  }

  /** A result without errors, or null when graphql-js has to run the operation. */
  run(
    rootValue: unknown,
    contextValue: Context,
    variables: OperationParams['variables'],
  ): MaybePromise<ExecutionResult | null> {
    if (this.#compiled === undefined) {
      if (this.#uses++ < usesBeforeCompiling) return null;
      this.#compiled = this.#compile();
    }
    if (this.#compiled === null) return null;
    const { run, variableTypes } = this.#compiled;
    const values = variables ?? {};
    if (!areClean(values, variableTypes)) return null;
    const result = run(rootValue, contextValue, values);
    return result instanceof Promise ? result.then(clean) : clean(result);
  }

  #compile(): Compiled | null {
    if (this.type === 'mutation' || mixesVariablesIntoLiterals(this.#document)) return null;
    const compiled = compileQuery(this.#schema, this.#document, this.#operation.name?.value);
    if (!isCompiledQuery(compiled)) return null;
    const variableTypes = (this.#operation.variableDefinitions ?? []).map(
      ({ variable, type, defaultValue }): VariableType => ({
        name: variable.name.value,
        // The text is valid, so its types exist and are of input.
        type: typeFromAST(this.#schema, type) as GraphQLInputType,
        hasDefault: defaultValue !== undefined,
      }),
    );
    return { run: compiled.query, variableTypes };
  }
}

/** Whether graphql-js takes each value. Its `getVariableValues` would look the types up anew each time. */
function areClean(values: Readonly<Record<string, unknown>>, types: readonly VariableType[]): boolean {
  for (const { name, type, hasDefault } of types) {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (
      value === undefined ? isNonNullType(type) && !hasDefault : coerceInputValue(value, type) === undefined
    )
      return false;
  }
  return true;
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
