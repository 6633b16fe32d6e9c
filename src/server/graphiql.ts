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

const generate = `# Takes a new video and answers at once. Press the play button, copy the id,
# then open the "watch" tab.
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

const watch = `# Pushes every state of all your tasks over a WebSocket: leave it running,
# and generate a video in the first tab. With an id it watches one task and ends with it.
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

/** What GraphiQL opens with: operations that work as they stand. */
function optionsFor(simulated: boolean): GraphiQLOptions {
  const prompt = 'A red fox walks through fresh snow';
  return {
    title: simulated ? 'Reelay (simulation: sample videos only)' : 'Reelay',
    subscriptionsProtocol: 'WS',
    defaultTabs: [
      {
        query: generate,
        variables: JSON.stringify({ input: { prompt, aspectRatio: 'LANDSCAPE_16_9' } }, null, 2),
      },
      { query: watch, variables: '{}' },
      { query: list, variables: '{}' },
    ],
  };
}

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
  const plain = Buffer.from(renderGraphiQL(options));
  const gzipped = await promisify(gzip)(plain);
  return { plain, gzipped, etag: `"${createHash('sha256').update(plain).digest('base64url')}"` };
}
