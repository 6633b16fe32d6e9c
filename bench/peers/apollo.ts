import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginDrainHttpServer } from '@apollo/server/plugin/drainHttpServer';
import { expressMiddleware } from '@as-integrations/express5';
import express from 'express';
import { PubSub } from 'graphql-subscriptions';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { takePart } from '../contestant.ts';
import { schemaOf, Tasks } from './tasks.ts';

// https://www.apollographql.com/docs/apollo-server/data/subscriptions
takePart(async (count) => {
  const tasks = new Tasks(count);
  const pubsub = new PubSub();
  const schema = schemaOf(tasks, (_root, { id }) => pubsub.asyncIterableIterator(id));
  const app = express();
  const http = createServer(app);
  const sockets = new WebSocketServer({ server: http, path: '/graphql' });
  useServer({ schema }, sockets);
  const server = new ApolloServer({
    schema,
    plugins: [ApolloServerPluginDrainHttpServer({ httpServer: http })],
  });
  await server.start();
  app.use('/graphql', express.json(), expressMiddleware(server));
  await new Promise<void>((resolve) => void http.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    publish: (index, providerStatus) => {
      const task = tasks.touch(index, providerStatus);
      return pubsub.publish(task.id, task);
    },
  };
});
