import type { initGraphQLTada, TadaDocumentNode } from 'gql.tada';
import type { introspection } from '../graphql-env.d.ts';

interface Setup {
  introspection: introspection;
  disableMasking: true;
  scalars: { DateTime: string; URL: string; File: File; JSON: unknown };
}

/** An operation with the types of its result and its variables. At run time it is only its source text. */
export type Operation<Result, Variables> = TadaDocumentNode<Result, Variables>;

/**
 * Types an operation by the schema. gql.tada does so from the source text alone, so no parser of GraphQL goes to the browser.
 * Fragments that it spreads come second.
 */
export const graphql = ((text: string, fragments: readonly string[] = []) =>
  [text, ...fragments].join('\n')) as unknown as initGraphQLTada<Setup>;

/** The source text to send. */
export const queryOf = <Result, Variables>(operation: Operation<Result, Variables>): string =>
  operation as unknown as string;
