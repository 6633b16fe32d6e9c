import {
  GraphQLError,
  Kind,
  type ASTVisitor,
  type FragmentDefinitionNode,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';

/** The longest text, in tokens. GraphiQL's introspection has under 1,000; a million cost 0.8 s to parse. */
export const maxTokens = 4000;
/** The deepest selection. Introspection by GraphiQL needs 15. */
const maxDepth = 20;
/** The most root fields of one operation: each may read a page from the database. */
const maxRootFields = 30;

const exceeded = (message: string) => new GraphQLError(message, { extensions: { code: 'LIMIT_EXCEEDED' } });

/** Bounds on what one operation may ask for. Errors are reported, not thrown, so that a socket outlives them. */
function boundsRule(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition: (operation) => {
      const seen = new Map<FragmentDefinitionNode, number>();
      if (depthOf(context, operation.selectionSet, seen, new Set()) > maxDepth) {
        context.reportError(exceeded(`The operation is deeper than ${maxDepth} levels.`));
      }
      if (countRootFields(context, operation.selectionSet, new Set()) > maxRootFields) {
        context.reportError(exceeded(`The operation has more than ${maxRootFields} root fields.`));
      }
    },
  };
}

/** The rules of this server, beside those of the specification. */
export const limitRules = [boundsRule];

/** Each fragment is measured once, however often it is spread; cycles are another rule's matter. */
function depthOf(
  context: ValidationContext,
  { selections }: SelectionSetNode,
  measured: Map<FragmentDefinitionNode, number>,
  open: Set<FragmentDefinitionNode>,
): number {
  let deepest = 0;
  for (const selection of selections) {
    let depth = 0;
    if (selection.kind === Kind.FIELD) {
      depth = 1 + (selection.selectionSet ? depthOf(context, selection.selectionSet, measured, open) : 0);
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      depth = depthOf(context, selection.selectionSet, measured, open);
    } else {
      const fragment = context.getFragment(selection.name.value);
      if (fragment && !open.has(fragment)) {
        open.add(fragment);
        depth = measured.get(fragment) ?? depthOf(context, fragment.selectionSet, measured, open);
        measured.set(fragment, depth);
        open.delete(fragment);
      }
    }
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

function countRootFields(
  context: ValidationContext,
  { selections }: SelectionSetNode,
  open: Set<FragmentDefinitionNode>,
): number {
  let count = 0;
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) count += 1;
    else if (selection.kind === Kind.INLINE_FRAGMENT) {
      count += countRootFields(context, selection.selectionSet, open);
    } else {
      const fragment = context.getFragment(selection.name.value);
      if (fragment && !open.has(fragment)) {
        open.add(fragment);
        count += countRootFields(context, fragment.selectionSet, open);
        open.delete(fragment);
      }
    }
    if (count > maxRootFields) return count;
  }
  return count;
}
