import { defaultFieldResolver, type GraphQLSchema } from 'graphql';
import type { Context } from './context.ts';

/**
 * Counts each mutation field of an operation before it is executed, whatever it then does. One that is refused is
 * answered by its payload: nothing but `userErrors`.
 */
export function countMutations(schema: GraphQLSchema): GraphQLSchema {
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const resolve = field.resolve ?? defaultFieldResolver;
    field.resolve = (root, args, context: Context, info): unknown => {
      const refused = context.tasks.countMutation(context.viewer.owner);
      return refused === null ? resolve(root, args, context, info) : payloadOf([refused]);
    };
  }
  return schema;
}

/** Every payload has `userErrors`, and is nothing but null beside them. */
const payloadOf = <T>(userErrors: readonly T[]) => ({ task: null, deletedId: null, image: null, userErrors });
