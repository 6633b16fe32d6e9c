import { createClient } from 'graphql-ws';

const url = process.env.REELAY_URL ?? 'http://127.0.0.1:8000';
const client = createClient({ url: `${url.replace('http', 'ws')}/graphql`, lazyCloseTimeout: 100 });

const input = { prompt: 'A red fox walks through fresh snow', idempotencyKey: crypto.randomUUID() };
const generate = `mutation ($input: GenerateVideoInput!) {
  generateVideo(input: $input) { task { id } userErrors { message } } }`;
const watch = `subscription ($id: ID!) { taskStatusChanged(id: $id) { status videoUrl } }`;

const { value } = await client.iterate({ query: generate, variables: { input } }).next();
const { id } = value.data.generateVideo.task;
for await (const { data } of client.iterate({ query: watch, variables: { id } }))
  console.log(data.taskStatusChanged);
