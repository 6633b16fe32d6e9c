import { RawSocket } from './raw-socket.ts';

/** An operation as clients send it. */
export interface Operation {
  readonly query: string;
  readonly variables?: unknown;
}

/** What a transport answered: a result, or errors alone. */
export interface LaneAnswer {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string; readonly extensions?: Record<string, unknown> }[];
}

type Lane = (url: string, operation: Operation) => Promise<LaneAnswer>;

const post =
  (headers: Record<string, string>): Lane =>
  async (url, operation) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(operation),
    });
    return (await response.json()) as LaneAnswer;
  };

const addressOf = (url: string, { query, variables }: Operation): string => {
  const parameters = new URLSearchParams({ query });
  if (variables !== undefined) parameters.set('variables', JSON.stringify(variables));
  return `${url}/graphql?${parameters.toString()}`;
};

const ofEvents = async (response: Response): Promise<LaneAnswer> => {
  const [, data] = /^event: next\ndata: (.*)$/m.exec(await response.text()) ?? [];
  if (data === undefined) throw new Error('The stream had no result');
  return JSON.parse(data) as LaneAnswer;
};

/** Every way to send an operation. A stream is read to its end: queries, and subscriptions that fail. */
export const lanes: readonly (readonly [string, Lane])[] = [
  ['POST JSON', post({ accept: 'application/json' })],
  ['POST JSON that only Yoga reads', post({ 'content-type': 'application/json; charset=utf-8; lane=yoga' })],
  ['application/graphql-response+json', post({ accept: 'application/graphql-response+json' })],
  [
    'GET',
    async (url, operation) =>
      (await (
        await fetch(addressOf(url, operation), { headers: { accept: 'application/json' } })
      ).json()) as LaneAnswer,
  ],
  [
    'an event stream by POST',
    async (url, operation) =>
      ofEvents(
        await fetch(`${url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
          body: JSON.stringify(operation),
        }),
      ),
  ],
  [
    'an event stream by GET',
    async (url, operation) =>
      ofEvents(await fetch(addressOf(url, operation), { headers: { accept: 'text/event-stream' } })),
  ],
  [
    'multipart',
    async (url, operation) => {
      const body = new FormData();
      body.set('operations', JSON.stringify(operation));
      body.set('map', '{}');
      return (await (await fetch(`${url}/graphql`, { method: 'POST', body })).json()) as LaneAnswer;
    },
  ],
  [
    'graphql-transport-ws',
    async (url, operation) => {
      await using raw = await RawSocket.connect(url);
      raw.send({ id: '1', type: 'subscribe', payload: operation });
      const { type, payload } = await raw.next(({ id }) => id === '1');
      return type === 'error'
        ? { errors: payload as NonNullable<LaneAnswer['errors']> }
        : (payload as LaneAnswer);
    },
  ],
];

/** The codes of an answer that was refused whole; null where something was executed. */
export const codesOf = ({ data, errors }: LaneAnswer): unknown[] | null =>
  data === undefined || data === null ? (errors ?? []).map(({ extensions }) => extensions?.['code']) : null;
