import { PgBoss } from 'pg-boss';
import { takeJobs } from '../queue-runner.ts';

const name = 'no-op';

// https://timgit.github.io/pg-boss: fetches by 50 without a pause while there are more, which is its fastest setting.
takeJobs(async (url, done) => {
  const boss = new PgBoss(url);
  boss.on('error', (error) => {
    throw error;
  });
  await boss.start();
  await boss.createQueue(name);
  await boss.work(
    name,
    { batchSize: 50, burstWhenBatchFull: true, pollingIntervalSeconds: 0.5 },
    async (jobs) => {
      // The jobs are completed after this returns; the last batch is the only one that is not counted.
      for (const _ of jobs) done();
      await Promise.resolve();
    },
  );
  return {
    enqueue: () => boss.send(name, { prompt: 'a ring' }),
    stop: () => boss.stop({ graceful: true }),
  };
});
