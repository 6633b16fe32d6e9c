import type { Owner } from '../src/domain/video-task.ts';
import { startPushServer } from '../test/support/push-server.ts';
import { takePart } from './contestant.ts';
import { apiKey } from './contestants.ts';
import { prompt, taskIdOf } from './tasks.ts';

// The API with a database on the disk, with limits and authentication. Changes of tasks are written through the
// state machine, as the workers write them.
takePart(async (count) => {
  const server = await startPushServer({ API_KEYS: `bench:${apiKey}` });
  for (let index = 0; index < count; index += 1) {
    await server.create({
      id: taskIdOf(index),
      owner: 'key:bench' as Owner,
      stage: 'GENERATING',
      providerTaskId: `p${index}`,
      providerStatus: 'running',
      prompt,
      nextAction: 'check',
    });
  }
  return {
    url: server.url,
    publish: async (index, providerStatus) => {
      await server.touch({ id: taskIdOf(index) }, providerStatus);
    },
    complete: async (index, providerStatus) => {
      await server.complete({ id: taskIdOf(index) }, providerStatus);
    },
    listeners: server.listeners,
    stop: () => server[Symbol.asyncDispose](),
  };
});
