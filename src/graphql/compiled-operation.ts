import {
  coerceInputValue,
  isNonNullType,
  typeFromAST,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLInputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type OperationTypeNode,
} from 'graphql';
import { compileQuery, isCompiledQuery, type CompiledQuery } from 'graphql-jit';
import { LRUCache } from 'lru-cache';
import type { Context } from '../schema/context.ts';
import type { MaybePromise } from '../store/store.ts';
import { Complexity } from './documents/complexity.ts';
import { Sizes } from './documents/document-limits.ts';
import { isCompilable, variablesOfResults } from './compilable.ts';
import type { OperationParams } from './params.ts';

/** Compiling takes some milliseconds, which pays for a repeated operation only. */
const usesBeforeCompiling = 3;
/** Counting fragments at each spread. Each field takes 40 µs to compile. */
const maxCompiledFields = 500;
const compiledFieldBytes = 2300;
/** The size of the cache of code and its documents, in bytes. */
const maxKeptBytes = 32 * 1024 * 1024;
/** Code that was evicted is compiled again only after this many uses. */
const usesBeforeCompilingAgain = 50;
/** An operation whose maximum is below this is not measured again for its variables. */
const alwaysLight = 500;

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
 * One operation of one document, compiled where the result is exactly that of graphql-js.
 *
 * Only results without errors are used: any other operation is executed again by graphql-js, which is harmless
 * because mutations are never compiled. Variables are coerced by graphql-js first, since graphql-jit
 * lets two members of a `@oneOf` variable through.
 */
export class CompiledOperation {
  readonly type: OperationTypeNode;
  readonly #schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly #operation: OperationDefinitionNode;
  readonly #complexity: Complexity;
  /** The share of its greatest possible size that a result has had at most; null before the first one. */
  greatestShare: number | null = null;
  #usesLeft = usesBeforeCompiling;
  #compiled: Compiled | null | undefined;
  #fields = 0;
  #shown: ReadonlySet<string> | null = null;

  /** @param operation one of the document's */
  constructor(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) {
    this.type = operation.operation;
    this.#schema = schema;
    this.document = document;
    this.#operation = operation;
    this.#complexity = new Complexity(schema, document, operation);
  }

  /** The number of compiled fields; 0 while there is no code. */
  get compiledFields(): number {
    return this.#compiled ? this.#fields : 0;
  }

  /** Drops the code; it may be compiled again. */
  forgetCode(): void {
    this.#compiled = undefined;
    this.#usesLeft = usesBeforeCompilingAgain;
  }

  /** The complexity in the units of `fieldCosts`. Cheap to compute for operations that are never complex. */
  complexityWith(variables: OperationParams['variables']): number {
    return this.#complexity.most <= alwaysLight ? this.#complexity.most : this.#complexity.with(variables);
  }

  /** The part of it that its result has. */
  resultComplexityWith(variables: OperationParams['variables']): number {
    return this.type === 'mutation' ? this.#complexity.mostOfResult : this.complexityWith(variables);
  }

  /** The values of the declared variables: clients may send any number of others. */
  declaredOf(variables: OperationParams['variables']): OperationParams['variables'] {
    return this.#chosenOf(variables, () => true);
  }

  /** The declared values without those that only select the beginning of a subscription: results do not depend on them. */
  shownOf(variables: OperationParams['variables']): OperationParams['variables'] {
    this.#shown ??= variablesOfResults(this.document);
    const shown = this.#shown;
    return this.#chosenOf(variables, (name) => shown.has(name));
  }

  #chosenOf(
    variables: OperationParams['variables'],
    isChosen: (name: string) => boolean,
  ): OperationParams['variables'] {
    if (variables === null) return null;
    const names = (this.#operation.variableDefinitions ?? [])
      .map(({ variable }) => variable.name.value)
      .filter((name) => Object.hasOwn(variables, name) && isChosen(name));
    // Parsed JSON takes less memory than a copy of it.
    if (names.length === Object.keys(variables).length) return variables;
    return Object.fromEntries(names.map((name) => [name, variables[name]]));
  }

  /** A result without errors; null if graphql-js must execute the operation. */
  run(
    rootValue: unknown,
    contextValue: Context,
    variables: OperationParams['variables'],
  ): MaybePromise<ExecutionResult | null> {
    if (this.#compiled === undefined) {
      if (this.#usesLeft > 0) {
        this.#usesLeft -= 1;
        return null;
      }
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
    if (this.type === 'mutation' || !isCompilable(this.document)) return null;
    const { fields } = new Sizes(this.document).of(this.#operation.selectionSet);
    if (fields > maxCompiledFields) return null;
    this.#fields = fields;
    const compiled = compileQuery(this.#schema, this.document, this.#operation.name?.value);
    if (!isCompiledQuery(compiled)) return null;
    const variableTypes = (this.#operation.variableDefinitions ?? []).map(
      ({ variable, type, defaultValue }): VariableType => ({
        name: variable.name.value,
        // The document is valid, so the types exist and are input types.
        type: typeFromAST(this.#schema, type) as GraphQLInputType,
        hasDefault: defaultValue !== undefined,
      }),
    );
    return { run: compiled.query, variableTypes };
  }
}

/** The cache of compiled code: the least recently used operations lose theirs. */
export class CompiledOperations {
  readonly #kept: LRUCache<CompiledOperation, true>;

  /** @param bytesOf the approximate size of a document in memory */
  constructor(bytesOf: (document: DocumentNode) => number) {
    this.#kept = new LRUCache({
      maxSize: maxKeptBytes,
      sizeCalculation: (_true, { compiledFields, document }) =>
        compiledFields * compiledFieldBytes + bytesOf(document) + 1,
      dispose: (_true, operation) => operation.forgetCode(),
    });
  }

  /** As `CompiledOperation.run`; null for none. */
  run(
    operation: CompiledOperation | null,
    rootValue: unknown,
    contextValue: Context,
    variables: OperationParams['variables'],
  ): MaybePromise<ExecutionResult | null> {
    if (operation === null) return null;
    const result = operation.run(rootValue, contextValue, variables);
    if (operation.compiledFields > 0 && this.#kept.get(operation) === undefined) {
      this.#kept.set(operation, true);
    }
    return result;
  }
}

/** True if graphql-js accepts each value. Its `getVariableValues` would look the types up again each time. */
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
