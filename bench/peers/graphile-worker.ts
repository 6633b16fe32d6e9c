import { Logger, run } from 'graphile-worker';
import { takeJobs } from '../queue-runner.ts';

const identifier = 'no-op';

// https://worker.graphile.org/docs/library/run, woken by NOTIFY, as many jobs at once as it has connections.
takeJobs(async (connectionString, done) => {
  const runner = await run({
    connectionString,
    concurrency: 16,
    maxPoolSize: 16,
    noHandleSignals: true,
    logger: new Logger(() => () => {}),
    taskList: {
      // A job is completed after this returns.
      [identifier]: () => done(),
    },
  });
  return {
    enqueue: () => runner.addJob(identifier, { prompt: 'a ring' }),
    stop: () => runner.stop(),
  };
});
