import { cacheExchange, Client, fetchExchange, gql, subscriptionExchange } from '@urql/core';
import { createClient } from 'graphql-ws';

const url = process.env.REELAY_URL ?? 'http://127.0.0.1:8000';
const socket = createClient({ url: `${url.replace('http', 'ws')}/graphql` });
const client = new Client({
  url: `${url}/graphql`,
  exchanges: [
    cacheExchange,
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: ({ query, variables }) => ({
        subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query, variables }, sink) }),
      }),
    }),
  ],
});

const Generate = gql`
  mutation ($input: GenerateVideoInput!) {
    generateVideo(input: $input) {
      task {
        id
        status
      }
      userErrors {
        message
      }
    }
  }
`;
const Watch = gql`
  subscription ($id: ID!) {
    taskStatusChanged(id: $id) {
      id
      status
      videoUrl
    }
  }
`;

const input = { prompt: 'A red fox walks through fresh snow', idempotencyKey: crypto.randomUUID() };
const { data } = await client.mutation(Generate, { input });
const { id } = data.generateVideo.task;
client.subscription(Watch, { id }).subscribe((result) => {
  const { code, reason } = result.error?.networkError ?? {};
  if (code) console.error(`The socket closed with ${code}: ${reason}`);
  else if (result.error) console.error(result.error.message);
  // When the stream ends, urql repeats the last result.
  else if (result.hasNext) console.log(result.data.taskStatusChanged);
});
