import fastify from 'fastify';
import type { AddressInfo } from 'node:net';
import mercurius, { type PubSub } from 'mercurius';
import { takePart } from '../contestant.ts';
import { schemaOf, Tasks } from './tasks.ts';

// https://mercurius.dev/#/docs/subscriptions, with jit from the first repetition on.
takePart(async (count) => {
  const tasks = new Tasks(count);
  const app = fastify();
  await app.register(mercurius, {
    schema: schemaOf(tasks, (_root, { id }, { pubsub }: { pubsub: PubSub }) => pubsub.subscribe(id)),
    jit: 1,
    subscription: { queueHighWaterMark: 1000 },
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  return {
    url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`,
    publish: (index, providerStatus) => {
      const task = tasks.touch(index, providerStatus);
      app.graphql.pubsub.publish({ topic: task.id, payload: task });
    },
  };
});
