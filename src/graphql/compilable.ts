import {
  BREAK,
  visit,
  type ArgumentNode,
  type DirectiveNode,
  type DocumentNode,
  type ListValueNode,
  type ObjectValueNode,
} from 'graphql';

/**
 * True if graphql-jit 0.8.9 executes a document exactly as graphql-js does, as far as is known and as the test with
 * random documents finds. Its known faults are
 * - a variable inside a JSON literal, which it loses, and an absent one in an input literal, which it makes null;
 * - `@skip` and `@include` on fragments, or beside a fragment that is spread more than once: fields are lost, since it
 *   visits a fragment before it looks at the condition, and notes conditions on nodes that other spreads share;
 * - `@skip` and `@include` on a field that is mentioned again: the order of the answer is another.
 */
export function isCompilable(document: DocumentNode): boolean {
  let compilable = true;
  let conditions = false;
  let spreadsAgain = false;
  const spread = new Set<string>();
  const mentions = new Map<string, number>();
  const conditional: string[] = [];
  const refuse = () => {
    compilable = false;
    return BREAK;
  };
  const literal = (node: ObjectValueNode | ListValueNode) => (holdsVariable(node) ? refuse() : false);
  visit(document, {
    ObjectValue: literal,
    ListValue: literal,
    Field: ({ alias, name, directives }) => {
      const key = (alias ?? name).value;
      mentions.set(key, (mentions.get(key) ?? 0) + 1);
      if (hasAny(directives)) conditional.push(key);
    },
    InlineFragment: ({ directives }) => (hasAny(directives) ? refuse() : undefined),
    FragmentSpread: ({ name, directives }) => {
      if (hasAny(directives)) return refuse();
      spreadsAgain ||= spread.has(name.value);
      spread.add(name.value);
      return undefined;
    },
    Directive: () => {
      conditions = true;
    },
  });
  if (!compilable) return false;
  return !(conditions && spreadsAgain) && conditional.every((key) => mentions.get(key) === 1);
}

/** The variables of a document that are used outside the arguments of `taskStatusChanged`. */
export function variablesOfResults(document: DocumentNode): ReadonlySet<string> {
  const names = new Set<string>();
  const passedOver = new Set<ArgumentNode>();
  visit(document, {
    VariableDefinition: () => false,
    Field: ({ name, arguments: args }) => {
      // Only the subscription has a field of this name.
      if (name.value === 'taskStatusChanged') for (const argument of args ?? []) passedOver.add(argument);
    },
    Argument: (argument) => (passedOver.has(argument) ? false : undefined),
    Variable: ({ name }) => {
      names.add(name.value);
    },
  });
  return names;
}

const hasAny = (directives: readonly DirectiveNode[] | undefined): boolean => (directives ?? []).length > 0;

function holdsVariable(node: ObjectValueNode | ListValueNode): boolean {
  let holds = false;
  visit(node, {
    Variable: () => {
      holds = true;
      return BREAK;
    },
  });
  return holds;
}
