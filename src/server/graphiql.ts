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

const generate = `# Responds at once, with an id. Press play (Ctrl-Enter).
# Then press play in the Watch tab to follow the task.
# Pressing play again returns the same task and costs nothing.
# For another video, change idempotencyKey in the variables.
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

const generateInput = { prompt: 'A red fox walks through fresh snow', aspectRatio: 'LANDSCAPE_16_9' };
/** Stands for the first tab's variables until the browser makes them. */
const variablesInBrowser = 'REELAY_FIRST_VARIABLES';

/** What GraphiQL opens with: operations that work as they stand. */
const optionsFor = (simulated: boolean): GraphiQLOptions => ({
  title: simulated ? 'Reelay (simulation: sample videos only)' : 'Reelay',
  subscriptionsProtocol: 'WS',
  defaultTabs: [
    { query: generate, variables: variablesInBrowser },
    { query: watch, variables: '{}' },
    { query: list, variables: '{}' },
    { query: cancel, variables: JSON.stringify({ id: 'paste the id of a task' }, null, 2) },
  ],
});

/**
 * The variables of the first tab. Each visitor gets an idempotency key of their own, kept with the tab, so that playing
 * the tab again is no second paid video.
 *
 * GraphiQL shows a tab's own variables only once it was switched to. The first one starts from what the browser
 * stored, so a first visit stores them; the option `variables` would come back at each reload, in whichever tab. The
 * query goes with them: a reload finds the tab again by both, and opens an empty one with paid variables otherwise.
 */
const firstVisit = `<script>
const firstKey = [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const firstVariables = JSON.stringify({ input: { ...${JSON.stringify(generateInput)}, idempotencyKey: firstKey } }, null, 2);
if (localStorage.getItem("graphiql:variables") === null) {
  localStorage.setItem("graphiql:variables", firstVariables);
  localStorage.setItem("graphiql:query", ${JSON.stringify(generate)});
}
</script>`;

/**
 * GraphiQL's own style takes a tab's transform away only while it has no focus. The tabs grow as their names become
 * known, which leaves a stale `translateX` on each: a press moved the tab from under the pointer, and was lost.
 */
const tabsStayInPlace = '<style>.graphiql-tab.graphiql-tab { transform: none !important; }</style>';

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
  const page = renderGraphiQL(options)
    .replace('<noscript>', () => `${tabsStayInPlace}${firstVisit}<noscript>`)
    .replace(JSON.stringify(variablesInBrowser), 'firstVariables');
  const plain = Buffer.from(page);
  const gzipped = await promisify(gzip)(plain);
  return { plain, gzipped, etag: `"${createHash('sha256').update(plain).digest('base64url')}"` };
}
