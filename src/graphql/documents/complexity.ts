import {
  getNamedType,
  isCompositeType,
  Kind,
  OperationTypeNode,
  typeFromAST,
  valueFromASTUntyped,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import { fieldCosts } from '../../schema/field-costs.ts';

/** Values of variables; null for any values: pages are then of the maximum size, and no field is skipped. */
type Variables = Readonly<Record<string, unknown>> | null;

/** A cost that grows with the size of the page around it. */
interface Cost {
  readonly fixed: number;
  readonly perItem: number;
}

/** The complexity of an operation of a valid document, in the units of `fieldCosts`. */
export class Complexity {
  /** The maximum for any variables. */
  readonly most: number;
  /** The same without the work of mutations, which adds nothing to their result. */
  readonly mostOfResult: number;
  readonly #schema: GraphQLSchema;
  readonly #operation: OperationDefinitionNode;
  readonly #fragments = new Map<string, FragmentDefinitionNode>();

  constructor(schema: GraphQLSchema, { definitions }: DocumentNode, operation: OperationDefinitionNode) {
    this.#schema = schema;
    this.#operation = operation;
    for (const definition of definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION)
        this.#fragments.set(definition.name.value, definition);
    }
    this.most = this.#total(null);
    this.mostOfResult =
      operation.operation === OperationTypeNode.MUTATION ? this.#total(null, true) : this.most;
  }

  /** The complexity with the given variables. Visits each fragment once. */
  with(variables: Readonly<Record<string, unknown>> | null): number {
    const given: Record<string, unknown> = {};
    for (const { variable, defaultValue } of this.#operation.variableDefinitions ?? []) {
      if (defaultValue !== undefined) given[variable.name.value] = valueFromASTUntyped(defaultValue);
    }
    return this.#total({ ...given, ...variables });
  }

  #total(variables: Variables, ofResult = false): number {
    const root = this.#schema.getRootType(this.#operation.operation);
    if (!root) return 0;
    const weightless = ofResult ? root : null;
    return new Walk(this.#schema, this.#fragments, variables, weightless).of(
      this.#operation.selectionSet,
      root,
    ).fixed;
  }
}

/** One walk with one set of variables. The fields of the weightless type have no weight of their own. */
class Walk {
  readonly #schema: GraphQLSchema;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #variables: Variables;
  readonly #weightless: GraphQLNamedType | null;
  readonly #known = new Map<FragmentDefinitionNode, Cost>();

  constructor(
    schema: GraphQLSchema,
    fragments: ReadonlyMap<string, FragmentDefinitionNode>,
    variables: Variables,
    weightless: GraphQLNamedType | null,
  ) {
    this.#schema = schema;
    this.#fragments = fragments;
    this.#variables = variables;
    this.#weightless = weightless;
  }

  of({ selections }: SelectionSetNode, type: GraphQLNamedType): Cost {
    let [fixed, perItem] = [0, 0];
    for (const selection of selections) {
      if (this.#isLeftOut(selection.directives)) continue;
      let cost: Cost;
      if (selection.kind === Kind.FIELD) cost = this.#ofField(selection, type);
      else if (selection.kind === Kind.FRAGMENT_SPREAD) cost = this.#ofFragment(selection.name.value);
      else {
        const { typeCondition, selectionSet } = selection;
        const on = typeCondition && typeFromAST(this.#schema, typeCondition);
        cost = this.of(selectionSet, on ?? type);
      }
      fixed += cost.fixed;
      perItem += cost.perItem;
    }
    return { fixed, perItem };
  }

  #ofFragment(name: string): Cost {
    const fragment = this.#fragments.get(name);
    const type = fragment && typeFromAST(this.#schema, fragment.typeCondition);
    if (fragment === undefined || type === undefined) return { fixed: 0, perItem: 0 };
    let cost = this.#known.get(fragment);
    if (cost === undefined) {
      cost = this.of(fragment.selectionSet, type);
      this.#known.set(fragment, cost);
    }
    return cost;
  }

  #ofField(field: FieldNode, parent: GraphQLNamedType): Cost {
    const name = field.name.value;
    const definition = isCompositeType(parent) ? this.#schema.getField(parent, name) : undefined;
    const { weight: work = 1, size = 1, pages } = fieldCosts[`${parent.name}.${name}`] ?? {};
    const weight = parent === this.#weightless ? 1 : work;
    const below =
      definition === undefined || field.selectionSet === undefined
        ? { fixed: size === 1 ? 0 : 1, perItem: 0 }
        : this.of(field.selectionSet, getNamedType(definition.type));
    if (size === 'page') return { fixed: weight, perItem: below.fixed };
    if (pages === undefined) return { fixed: weight + size * below.fixed, perItem: size * below.perItem };
    const items = this.#pageSize(field, pages);
    return { fixed: weight + below.fixed + items * below.perItem, perItem: 0 };
  }

  #pageSize({ arguments: args }: FieldNode, { usual, most }: { usual: number; most: number }): number {
    const asked = (args ?? [])
      .filter(({ name }) => name.value === 'first' || name.value === 'last')
      .map(({ value }) => this.#valueOf(value, most))
      .filter((value) => value !== null && value !== undefined)
      // Any other type is refused before anything is read.
      .map((value) => (typeof value === 'number' ? value : most));
    return asked.length === 0 ? usual : Math.min(most, Math.max(0, ...asked));
  }

  #isLeftOut(directives: readonly DirectiveNode[] | undefined): boolean {
    return (directives ?? []).some(({ name, arguments: args }) => {
      const [condition] = args ?? [];
      if (condition === undefined) return false;
      const value = this.#valueOf(condition.value, undefined);
      return (name.value === 'skip' && value === true) || (name.value === 'include' && value === false);
    });
  }

  /** @param any the value of an unknown variable */
  #valueOf(node: ValueNode, any: unknown): unknown {
    if (node.kind !== Kind.VARIABLE) return valueFromASTUntyped(node);
    return this.#variables === null ? any : this.#variables[node.name.value];
  }
}
