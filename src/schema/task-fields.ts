import {
  isObjectType,
  type FieldNode,
  type GraphQLFieldMap,
  type GraphQLResolveInfo,
  type SelectionSetNode,
} from 'graphql';
import type { TaskWith, VisibleField } from '../domain/task-fields.ts';
import type { Context } from './context.ts';

/** A resolver that says which fields of the task it reads, so that a query for it reads no others. */
export const reading = <Field extends VisibleField, Value>(
  fields: readonly Field[],
  resolve: (task: TaskWith<Field>, args: unknown, context: Context) => Value,
) => ({ resolve, extensions: { taskFields: fields } });

/** By field node: the same documents are executed again and again. */
const remembered = new WeakMap<FieldNode, readonly VisibleField[] | undefined>();

/**
 * The fields of a task that a query reads, regardless of its directives; undefined: all.
 *
 * @param info of a field whose type is a task, or `Node`
 */
export function askedFields({
  fieldNodes,
  fragments,
  schema,
}: GraphQLResolveInfo): readonly VisibleField[] | undefined {
  const [node] = fieldNodes;
  // Two operations of a document may merge a node with different others, so the node alone is no key.
  if (node?.selectionSet === undefined || fieldNodes.length > 1) return undefined;
  if (!remembered.has(node)) {
    const type = schema.getType('VideoTask');
    const fields = new Set<VisibleField>(['id']);
    const known =
      isObjectType(type) && collects(node.selectionSet, fragments, type.getFields(), fields, new Set());
    remembered.set(node, known ? [...fields].toSorted() : undefined);
  }
  return remembered.get(node);
}

/** True if each selected field declares what it reads. Each fragment is visited once. */
function collects(
  { selections }: SelectionSetNode,
  fragments: GraphQLResolveInfo['fragments'],
  types: GraphQLFieldMap<unknown, unknown>,
  into: Set<VisibleField>,
  visited: Set<string>,
): boolean {
  return selections.every((selection) => {
    if (selection.kind === 'FragmentSpread') {
      const name = selection.name.value;
      if (visited.has(name)) return true;
      visited.add(name);
      const fragment = fragments[name];
      return fragment !== undefined && collects(fragment.selectionSet, fragments, types, into, visited);
    }
    if (selection.kind === 'InlineFragment') {
      return collects(selection.selectionSet, fragments, types, into, visited);
    }
    if (selection.name.value === '__typename') return true;
    const extensions = types[selection.name.value]?.extensions ?? {};
    const exposed = extensions['pothosExposedField'];
    const fields = extensions['taskFields'] ?? (exposed === undefined ? undefined : [exposed]);
    for (const field of (fields ?? []) as VisibleField[]) into.add(field);
    return fields !== undefined;
  });
}
