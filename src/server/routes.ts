import type { IncomingMessage } from 'node:http';
import { callbackPaths } from '../providers/registry.ts';
import { acceptsEventStream, type GraphQLHttp } from './graphql-http/graphql-http.ts';
import type { WebSocketTransport } from './graphql-ws/websocket.ts';
import { respondError } from './http/respond.ts';
import type { AuthenticatedExchange, Exchange, Route, Upgrade } from './http/route.ts';
import type { Callbacks } from './routes/callbacks.ts';
import type { Downloads } from './routes/downloads.ts';
import type { SharePage } from './routes/share-page.ts';
import type { GraphiQLPage } from './routes/graphiql.ts';
import { respondHealthy, type Readiness } from './routes/health.ts';
import type { MediaRoute } from './routes/media.ts';
import type { MetricsRoute } from './routes/metrics.ts';
import type { StudioPages } from './routes/studio.ts';
import type { Veo31Generate } from './routes/veo31-generate.ts';
import type { Veo31Status } from './routes/veo31-status.ts';

/** The handlers of the routes. */
export interface Handlers {
  readonly webSockets: WebSocketTransport;
  readonly graphql: GraphQLHttp;
  /** Null where introspection is off. */
  readonly graphiql: GraphiQLPage | null;
  readonly veo31Generate: Veo31Generate;
  readonly veo31Status: Veo31Status;
  readonly callbacks: Callbacks;
  readonly media: MediaRoute;
  readonly downloads: Downloads;
  readonly sharePage: SharePage;
  /** Answers a browser about a path that is not one of the server's. */
  readonly respondNotFoundPage: (exchange: Exchange) => void;
  readonly metrics: MetricsRoute;
  readonly studio: StudioPages;
  readonly readiness: Readiness;
}

/**
 * The route table. The first row that matches a request decides about it; its columns are checked from left to right
 * by the dispatcher. See `Route` for the meaning of each column.
 */
export function routeTable(handlers: Handlers): readonly Route[] {
  const {
    webSockets,
    graphql,
    graphiql,
    callbacks,
    media,
    downloads,
    sharePage,
    metrics,
    studio,
    readiness,
  } = handlers;
  const { veo31Generate, veo31Status } = handlers;
  const page = {
    reach: 'direct',
    pages: 'unchecked',
    credential: 'none',
    methods: read,
    errors: 'graphql',
  } as const;
  const api = { reach: 'direct', pages: 'listed', credential: 'required', errors: 'graphql' } as const;
  const rest = { ...api, errors: 'rest' } as const;
  const probe = { ...page, reach: 'anyHost' } as const;
  return [
    {
      path: '/graphql',
      ...api,
      credential: 'inConnection',
      methods: 'upgrade',
      upgrade: (upgrade: Upgrade) => webSockets.upgrade(upgrade),
    },
    ...(graphiql === null
      ? []
      : [{ path: '/graphql', when: asksForPage, ...page, respond: (e: Exchange) => graphiql.respond(e) }]),
    {
      path: '/graphql',
      ...api,
      methods: ['GET', 'POST', 'OPTIONS'],
      writesHeaders: true,
      respond: (e: AuthenticatedExchange) => graphql.respond(e),
    },

    {
      path: '/veo31/generate-from-urls',
      ...rest,
      methods: ['POST'],
      respond: (e: AuthenticatedExchange) => veo31Generate.respond(e),
    },
    {
      path: '/veo31/kie-status/:id',
      ...rest,
      methods: ['GET'],
      respond: (e: AuthenticatedExchange) => veo31Status.respond(e, 'KIE'),
    },
    {
      path: '/veo31/status/:id',
      ...rest,
      methods: ['GET'],
      respond: (e: AuthenticatedExchange) => veo31Status.respond(e, null),
    },
    { path: '/veo31/*', ...rest, methods: 'any', respond: respondNotFound },

    ...callbackPaths.flatMap((path): Route[] => [
      // A browser that opens a callback's address learns nothing about its token.
      {
        path: `/callbacks/${path}/*`,
        when: reads,
        ...page,
        reach: 'proxied',
        methods: 'any',
        respond: respondNotFound,
      },
      {
        path: `/callbacks/${path}/*`,
        ...page,
        reach: 'proxied',
        methods: ['POST'],
        respond: (e: Exchange) => callbacks.respond(e, path),
      },
    ]),
    {
      path: '/callbacks/*',
      ...api,
      pages: 'unchecked',
      reach: 'proxied',
      methods: 'any',
      respond: respondNotFound,
    },
    {
      path: '/media/*',
      ...page,
      reach: 'proxied',
      pages: 'every',
      methods: ['GET', 'HEAD', 'OPTIONS'],
      errors: 'rest',
      respond: (e: Exchange) => media.respond(e),
    },

    {
      path: '/downloads',
      ...rest,
      methods: ['POST'],
      when: ({ method }: IncomingMessage) => method === 'POST' || method === 'OPTIONS',
      respond: (e: AuthenticatedExchange) => downloads.respondToIds(e),
    },
    {
      path: '/downloads',
      ...page,
      reach: 'proxied',
      methods: ['GET'],
      errors: 'rest',
      respond: (e: Exchange) => downloads.respondToKeys(e),
    },
    { path: '/v/*', ...page, reach: 'proxied', respond: (e: Exchange) => sharePage.respond(e) },

    { path: '/', ...page, respond: (e: Exchange) => studio.respondPage(e) },
    { path: '/veo31', ...page, respond: (e: Exchange) => studio.respondPage(e) },
    { path: '/tasks/:id', ...page, respond: (e: Exchange) => studio.respondPage(e) },
    { path: '/costs', ...page, respond: (e: Exchange) => studio.respondPage(e) },
    { path: '/assets/*', ...page, respond: (e: Exchange) => studio.respondFile(e, `/assets/${e.rest}`) },
    { path: '/icon.svg', ...page, respond: (e: Exchange) => studio.respondFile(e, '/icon.svg') },

    { path: '/healthz', ...probe, respond: respondHealthy },
    {
      path: '/metrics',
      ...page,
      credential: 'ownKey',
      isOwnKey: (credential) => metrics.isKey(credential),
      respond: (e: Exchange) => metrics.respond(e),
    },
    { path: '/readyz', ...probe, respond: (e: Exchange) => readiness.respond(e) },
    {
      path: '*',
      when: asksForPage,
      ...page,
      respond: (e: Exchange) => handlers.respondNotFoundPage(e),
    },
    // Other callers without a credential do not learn which paths exist.
    { path: '*', ...api, pages: 'unchecked', methods: 'any', respond: respondNotFound },
  ];
}

const read = ['GET', 'HEAD'] as const;

const reads = ({ method = '' }: IncomingMessage): boolean => method === 'GET' || method === 'HEAD';

const asksForPage = ({ method, headers: { accept } }: IncomingMessage): boolean =>
  method === 'GET' && accept !== undefined && /text\/html/i.test(accept) && !acceptsEventStream(accept);

/** The path is not one of the server's. Rows differ in how errors are written. */
const respondNotFound = ({ response, headers, errors }: Exchange): void =>
  respondError(response, 404, 'NOT_FOUND', 'There is nothing at this path.', headers, errors);
