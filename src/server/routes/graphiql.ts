import { createHash, randomBytes } from 'node:crypto';
import { setImmediate as nextIteration } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { GraphiQLOptions } from 'graphql-yoga';
import { acceptsEncoding } from '../http/accepts-encoding.ts';
import type { Exchange } from '../http/route.ts';

/** The page, compressed once: it is 9 MB of text. */
interface Page {
  readonly plain: Buffer;
  readonly gzipped: Buffer;
  readonly etag: string;
  readonly contentSecurityPolicy: string;
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
/** Stands for a function that returns the `connectionParams` of a WebSocket. */
const paramsInBrowser = 'REELAY_CONNECTION_PARAMS';

/** The tabs with which GraphiQL opens: operations that work unchanged. */
const optionsFor = (simulated: boolean): GraphiQLOptions & { readonly connectionParams: string } => ({
  connectionParams: paramsInBrowser,
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

  async respond({ request, response }: Exchange): Promise<void> {
    this.#page ??= this.#render();
    const { plain, gzipped, etag, contentSecurityPolicy } = await this.#page;
    response.setHeader('etag', etag);
    response.setHeader('vary', 'accept, accept-encoding');
    response.setHeader('cache-control', 'no-cache');
    // Framed by another page, its buttons would spend money.
    response.setHeader('x-frame-options', 'DENY');
    response.setHeader('content-security-policy', contentSecurityPolicy);
    response.setHeader('referrer-policy', 'no-referrer');
    if (request.headers['if-none-match'] === etag) {
      response.writeHead(304).end();
      return;
    }
    response.setHeader('content-type', 'text/html; charset=utf-8');
    const compressed = acceptsEncoding(request.headers['accept-encoding']?.toString() ?? '', 'gzip');
    if (compressed) response.setHeader('content-encoding', 'gzip');
    response.writeHead(200).end(compressed ? gzipped : plain);
  }

  /** A rendering that fails is not kept: the next request tries again. */
  async #render(): Promise<Page> {
    try {
      return await renderPage(this.#options);
    } catch (error) {
      this.#page = null;
      throw error;
    }
  }
}

/**
 * Yoga's page sends the Headers editor's text with HTTP requests only. Its fetcher is made to keep it for the socket
 * that a subscription opens.
 */
const headersOfRequest = 'extensions:{headers:y?.headers}';
const keptHeaders = 'extensions:{headers:reelayHeaders=y?.headers}';

/**
 * A socket that is closed is an event, of which JSON has nothing but `isTrusted`: GraphiQL shows the reason of the server
 * instead, such as that a key is required.
 */
const eventsAsErrors = `CloseEvent.prototype.toJSON = function () {
  return { message: this.reason || "The WebSocket was closed.", extensions: { code: this.code } };
};
Event.prototype.toJSON = () => ({ message: "The WebSocket could not be opened. Is the server running?" });`;

/** Monaco and React make style elements while the page runs: each must have the nonce of the policy. */
const nonceForStyles = `var reelayHeaders;
const nonce = document.currentScript.nonce;
const createElement = document.createElement;
document.createElement = function (name, options) {
  const element = createElement.call(this, name, options);
  if (String(name).toLowerCase() === "style") element.nonce = nonce;
  return element;
};`;

/** Nothing foreign; style attributes are Monaco's. */
const policyWith = (nonce: string): string =>
  [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data:",
    "media-src 'self'",
    'font-src data:',
    'worker-src blob:',
    "connect-src 'self'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ');

/** Loading, replacing and hashing 9 MB take 40 to 150 ms each: other requests are served between them. */
async function renderPage(options: GraphiQLOptions): Promise<Page> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  await nextIteration();
  // The same for all visitors: it guards a page into which nothing of anyone else is written.
  const nonce = randomBytes(16).toString('base64url');
  const own = `${tabsStayInPlace}<script>${nonceForStyles}\n${eventsAsErrors}</script>${firstVisit}`;
  const page = replaceFirst(renderGraphiQL(options), [
    // The first of each is the page's own; the second script is text within its script.
    ['<style>', `<style nonce="${nonce}">`],
    ['<script>', `<script nonce="${nonce}">`],
    ['<noscript>', `${own.replaceAll(/<(style|script)>/g, `<$1 nonce="${nonce}">`)}<noscript>`],
    [JSON.stringify(variablesInBrowser), 'firstVariables'],
    [JSON.stringify(paramsInBrowser), '() => ({ headers: reelayHeaders ?? {} })'],
    [headersOfRequest, keptHeaders],
  ]);
  await nextIteration();
  const plain = Buffer.from(page);
  const gzipped = await promisify(gzip)(plain);
  const etag = `"${createHash('sha256').update(plain).digest('base64url')}"`;
  return { plain, gzipped, etag, contentSecurityPolicy: policyWith(nonce) };
}

/** @throws Error when the page has no such text: another version of GraphiQL */
function replaceFirst(page: string, replacements: readonly (readonly [string, string])[]): string {
  return replacements.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`GraphiQL's page has no ${from}`);
    return text.replace(from, () => to);
  }, page);
}
