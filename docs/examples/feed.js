import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'graphql-ws';

const url = process.env.REELAY_URL ?? 'http://127.0.0.1:8000';
// Its own retries would repeat the first `after`.
const client = createClient({
  url: `${url.replace('http', 'ws')}/graphql`,
  retryAttempts: 0,
  lazyCloseTimeout: 100,
});
const list = `{ videoTasks(first: 50) { revision edges { node { id status prompt } } } }`;
const follow = `subscription ($after: String) {
  taskStatusChanged(after: $after) { id status prompt videoUrl deletedAt revision } }`;

const { value } = await client.iterate({ query: list }).next();
for (const { node } of value.data.videoTasks.edges) console.log(node);

let after = value.data.videoTasks.revision;
for (;;) {
  try {
    for await (const { data } of client.iterate({ query: follow, variables: { after } })) {
      console.log(data.taskStatusChanged);
      after = data.taskStatusChanged.revision;
    }
  } catch {
    console.error('The connection is lost. Retrying …');
  }
  await sleep(1000);
}
