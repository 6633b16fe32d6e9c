import { defaultFieldResolver, type GraphQLSchema } from 'graphql';
import type { Context } from './context.ts';

/**
 * Counts each mutation field of an operation before it is executed, regardless of its result. A field over the limit
 * returns its payload with nothing but `userErrors`.
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
const payloadOf = <T>(userErrors: readonly T[]) => ({
  task: null,
  deletedId: null,
  image: null,
  prompt: null,
  userErrors,
});
