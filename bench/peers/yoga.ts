import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DocumentNode, ExecutionArgs, ExecutionResult, GraphQLError, GraphQLSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { createPubSub, createYoga } from 'graphql-yoga';
import { WebSocketServer } from 'ws';
import { takePart } from '../contestant.ts';
import { schemaOf, Tasks, type Task } from './tasks.ts';

/** The result of `getEnveloped`, which Yoga leaves untyped. */
interface Enveloped {
  readonly schema: GraphQLSchema;
  readonly execute: (args: ExecutionArgs) => ExecutionResult;
  readonly subscribe: (args: ExecutionArgs) => Promise<AsyncIterable<ExecutionResult>>;
  readonly contextFactory: () => Promise<unknown>;
  readonly parse: (source: string) => DocumentNode;
  readonly validate: (schema: GraphQLSchema, document: DocumentNode) => readonly GraphQLError[];
}

// https://the-guild.dev/graphql/yoga-server/docs/features/subscriptions#graphql-over-websocket-protocol-via-graphql-ws
takePart(async (count) => {
  const tasks = new Tasks(count);
  const pubsub = createPubSub<{ task: [id: string, task: Task] }>();
  const yoga = createYoga({
    schema: schemaOf(tasks, (_root, { id }) => pubsub.subscribe('task', id)),
    graphiql: { subscriptionsProtocol: 'WS' },
    logging: false,
  });
  const http = createServer((request, response) => void yoga(request, response));
  const sockets = new WebSocketServer({ server: http, path: yoga.graphqlEndpoint });
  useServer(
    {
      execute: (args) => (args.rootValue as Enveloped).execute(args),
      subscribe: (args) => (args.rootValue as Enveloped).subscribe(args),
      onSubscribe: async (context, _id, params) => {
        const { schema, execute, subscribe, contextFactory, parse, validate } = yoga.getEnveloped({
          ...context,
          req: context.extra.request,
          socket: context.extra.socket,
          params,
        }) as Enveloped;
        const args = {
          schema,
          operationName: params.operationName ?? null,
          document: parse(params.query),
          variableValues: params.variables ?? null,
          contextValue: await contextFactory(),
          rootValue: { execute, subscribe },
        };
        const errors = validate(args.schema, args.document);
        return errors.length > 0 ? errors : args;
      },
    },
    sockets,
  );
  await new Promise<void>((resolve) => void http.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    publish: (index, providerStatus) => {
      const task = tasks.touch(index, providerStatus);
      pubsub.publish('task', task.id, task);
    },
  };
});
