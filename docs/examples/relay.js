import { createClient } from 'graphql-ws';
import relay from 'relay-runtime';

const { commitMutation, Environment, graphql, Network, Observable, requestSubscription, Store } = relay;

const url = process.env.REELAY_URL ?? 'http://127.0.0.1:8000';
const socket = createClient({ url: `${url.replace('http', 'ws')}/graphql` });
const overSocket = ({ text, name }, variables) =>
  Observable.create((sink) => socket.subscribe({ query: text, operationName: name, variables }, sink));
const environment = new Environment({
  network: Network.create(overSocket, overSocket),
  store: new Store(new relay.RecordSource()),
});

commitMutation(environment, {
  mutation: graphql`
    mutation relayGenerateMutation($input: GenerateVideoInput!) {
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
  `,
  variables: {
    input: { prompt: 'A red fox walks through fresh snow', idempotencyKey: crypto.randomUUID() },
  },
  onCompleted: ({ generateVideo }) => watch(generateVideo.task.id),
});

function watch(id) {
  requestSubscription(environment, {
    subscription: graphql`
      subscription relayWatchSubscription($id: ID!) {
        taskStatusChanged(id: $id) {
          status
          videoUrl
        }
      }
    `,
    variables: { id },
    onNext: ({ taskStatusChanged }) => console.log(taskStatusChanged),
  });
}
