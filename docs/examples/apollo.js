import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { createClient } from 'graphql-ws';

const url = process.env.REELAY_URL ?? 'http://127.0.0.1:8000';
const client = new ApolloClient({
  cache: new InMemoryCache(),
  link: ApolloLink.split(
    ({ operationType }) => operationType === 'subscription',
    new GraphQLWsLink(createClient({ url: `${url.replace('http', 'ws')}/graphql` })),
    new HttpLink({ uri: `${url}/graphql` }),
  ),
});

const generate = gql`
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
const watch = gql`
  subscription ($id: ID!) {
    taskStatusChanged(id: $id) {
      id
      status
      videoUrl
    }
  }
`;

const input = { prompt: 'A red fox walks through fresh snow', idempotencyKey: crypto.randomUUID() };
const { data } = await client.mutate({ mutation: generate, variables: { input } });
const { id } = data.generateVideo.task;
client
  .subscribe({ query: watch, variables: { id } })
  .subscribe((result) => console.log(result.data.taskStatusChanged));
