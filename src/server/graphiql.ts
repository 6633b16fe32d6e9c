import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { GraphiQLOptions } from 'graphql-yoga';

/** The page, compressed once: it is 9 MB of text. */
interface Page {
  readonly plain: Buffer;
  readonly gzipped: Buffer;
  readonly etag: string;
}

const generate = `# Answers at once, with an id. Press play (Ctrl-Enter).
# Then press play in the Watch tab to see what becomes of it.
mutation Generate($input: GenerateVideoInput!) {
  generateVideo(input: $input) {
    task {
      id
      status
      provider
      model
    }
    userErrors {
      code
      message
      field
    }
  }
}
`;

const watch = `# Pushes each state of your tasks, those under way first.
# With an id: of one task, to its end.
subscription Watch($id: ID) {
  taskStatusChanged(id: $id) {
    id
    status
    stage
    progress {
      percent
      estimated
      remainingSeconds
    }
    videoUrl
    hint
    error {
      code
      message
      billed
    }
    revision
  }
}
`;

const list = `# Your tasks, newest first.
query List {
  videoTasks(first: 10) {
    totalCount
    revision
    edges {
      node {
        id
        status
        prompt
        videoUrl
        createdAt
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
`;

const cancel = `# Stops a task. The hint says whether it is billed.
mutation Cancel($id: ID!) {
  cancelVideoTask(id: $id) {
    task {
      id
      status
      hint
    }
    userErrors {
      code
      message
    }
  }
}
`;

const generateVariables = JSON.stringify(
  { input: { prompt: 'A red fox walks through fresh snow', aspectRatio: 'LANDSCAPE_16_9' } },
  null,
  2,
);

/** What GraphiQL opens with: operations that work as they stand. */
const optionsFor = (simulated: boolean): GraphiQLOptions => ({
  title: simulated ? 'Reelay (simulation: sample videos only)' : 'Reelay',
  subscriptionsProtocol: 'WS',
  defaultTabs: [
    { query: generate, variables: generateVariables },
    { query: watch, variables: '{}' },
    { query: list, variables: '{}' },
    { query: cancel, variables: JSON.stringify({ id: 'paste the id of a task' }, null, 2) },
  ],
});

/**
 * GraphiQL shows a tab's own variables only once it was switched to. The first one starts from what the browser
 * stored, so a first visit stores them; the option `variables` would come back at each reload, in whichever tab.
 */
const firstVisit = `<script>localStorage.getItem("graphiql:variables") ?? localStorage.setItem("graphiql:variables", ${JSON.stringify(generateVariables)});</script>`;

/** Serves GraphiQL without any foreign host. Loaded on first use: it takes 30 MB. */
export class GraphiQLPage {
  readonly #options: GraphiQLOptions;
  #page: Promise<Page> | null = null;

  constructor(simulated: boolean) {
    this.#options = optionsFor(simulated);
  }

  async respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#page ??= renderPage(this.#options);
    const { plain, gzipped, etag } = await this.#page;
    response.setHeader('etag', etag);
    response.setHeader('vary', 'accept, accept-encoding');
    response.setHeader('cache-control', 'no-cache');
    // Framed by another page, its buttons would spend money.
    response.setHeader('x-frame-options', 'DENY');
    if (request.headers['if-none-match'] === etag) {
      response.writeHead(304).end();
      return;
    }
    response.setHeader('content-type', 'text/html; charset=utf-8');
    const compressed = /\bgzip\b/.test(request.headers['accept-encoding']?.toString() ?? '');
    if (compressed) response.setHeader('content-encoding', 'gzip');
    response.writeHead(200).end(compressed ? gzipped : plain);
  }
}

async function renderPage(options: GraphiQLOptions): Promise<Page> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const plain = Buffer.from(renderGraphiQL(options).replace('<noscript>', () => `${firstVisit}<noscript>`));
  const gzipped = await promisify(gzip)(plain);
  return { plain, gzipped, etag: `"${createHash('sha256').update(plain).digest('base64url')}"` };
}
