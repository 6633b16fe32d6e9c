import { createHash } from 'node:crypto';
import { access, readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import send from 'send';
import { acceptsEncoding } from '../http/accepts-encoding.ts';
import type { Exchange } from '../http/route.ts';

/** The page as it is served. */
interface Page {
  readonly html: string;
  readonly etag: string;
}

const contentTypes: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
/** The encodings that the build writes beside each file, the smallest first. */
const encodings = [
  { name: 'br', suffix: '.br' },
  { name: 'gzip', suffix: '.gz' },
] as const;
/** The build names these after their content. */
const assetPrefix = '/assets/';
const oneYearMs = 31_536_000_000;

/** Settings of the studio's routes. */
export interface StudioOptions {
  /** The folder of the build. */
  readonly directory: string;
  /** The path below which the server is reached, without a slash at its end; '' when it has none. */
  readonly basePath: string;
  /** True if callers need a key. The page contains it, so that the page need not find out by being refused. */
  readonly asksForKey: boolean;
  /** The origin of videos. Called for each page, never before the server listens. */
  readonly mediaOrigin: () => string;
}

/** The studio's routes: served from the build, or in development from its sources (dev.ts). */
export interface StudioPages {
  /** Answers a path that the page's own router reads. */
  respondPage(exchange: Exchange): Promise<void>;
  /**
   * Answers one file.
   *
   * @param path begins with a slash; any path is safe
   */
  respondFile(exchange: Exchange, path: string): Promise<void>;
}

/**
 * The built studio. Files are sent by `send`, which does ETag, 304 and HEAD; the encoding is chosen here, since neither
 * `send` nor `sirv` reads the q-values of `accept-encoding`, and `sirv` needs the build before the server starts.
 */
export class Studio implements StudioPages {
  readonly #options: StudioOptions;
  /** Kept once there is one: until then a build may still be written. */
  #page: Page | null = null;

  constructor(options: StudioOptions) {
    this.#options = options;
  }

  async respondPage({ request, response }: Exchange): Promise<void> {
    const { basePath, mediaOrigin } = this.#options;
    response.setHeader('content-security-policy', contentSecurityPolicy(mediaOrigin()));
    response.setHeader('referrer-policy', 'no-referrer');
    // Framed by another page, its buttons would spend money.
    response.setHeader('x-frame-options', 'DENY');
    this.#page ??= await readPage(this.#options);
    if (this.#page === null) {
      respondUnbuilt(response, basePath);
      return;
    }
    const { html, etag } = this.#page;
    response.setHeader('etag', etag);
    response.setHeader('cache-control', 'no-cache');
    if (request.headers['if-none-match']?.includes(etag)) {
      response.writeHead(304).end();
      return;
    }
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-length': Buffer.byteLength(html),
    });
    response.end(request.method === 'HEAD' ? undefined : html);
  }

  async respondFile({ request, response }: Exchange, path: string): Promise<void> {
    const contentType = contentTypes[extname(path)];
    if (contentType === undefined) {
      respondNoFile(response);
      return;
    }
    const { directory } = this.#options;
    const accepted = request.headers['accept-encoding']?.toString() ?? '';
    let file = path;
    for (const { name, suffix } of encodings) {
      if (!acceptsEncoding(accepted, name) || !(await exists(join(directory, `${path}${suffix}`)))) continue;
      file = `${path}${suffix}`;
      response.setHeader('content-encoding', name);
      break;
    }
    response.setHeader('content-type', contentType);
    response.setHeader('vary', 'accept-encoding');
    const isNamedAfterContent = path.startsWith(assetPrefix);
    if (!isNamedAfterContent) response.setHeader('cache-control', 'no-cache');
    send(request, file, { root: directory, index: false, maxAge: oneYearMs, immutable: isNamedAfterContent })
      .on('error', () => respondNoFile(response))
      .pipe(response);
  }
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

/** The page with addresses that are valid at each of its paths; null where it is not built. */
async function readPage(options: StudioOptions): Promise<Page | null> {
  const file = await readFile(join(options.directory, 'index.html'), 'utf8').catch(() => null);
  if (file === null) return null;
  const html = withServerFacts(file, options).replaceAll(
    /(src|href)="\.\//g,
    (_, name: string) => `${name}="${options.basePath}/`,
  );
  return { html, etag: `"${createHash('sha256').update(html).digest('base64url').slice(0, 22)}"` };
}

/** The page with the facts that its script starts from. */
export const withServerFacts = (
  html: string,
  { basePath, asksForKey }: Pick<StudioOptions, 'basePath' | 'asksForKey'>,
): string =>
  html.replace('<html', () => `<html data-base="${basePath}"${asksForKey ? ' data-access="key"' : ''}`);

function respondNoFile(response: ServerResponse): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  for (const name of ['content-encoding', 'cache-control', 'etag', 'last-modified'])
    response.removeHeader(name);
  response.writeHead(404, { 'content-type': 'text/plain' }).end('There is no such file.\n');
}

/** Nothing of other sites, except pictures that the user names by their URL. */
const contentSecurityPolicy = (mediaOrigin: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `img-src 'self' blob: data: https: ${mediaOrigin}`,
    `media-src 'self' blob: ${mediaOrigin}`,
    "connect-src 'self'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ');

/** Answers with instructions for the build: the API works without one. */
function respondUnbuilt(response: ServerResponse, basePath: string): void {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
  response.end(`<!doctype html>
<html lang="en">
  <head><meta charset="utf-8" /><title>Reelay</title></head>
  <body>
    <h1>Reelay</h1>
    <p>The server runs, but its studio is not built. <code>npm start</code> builds it, and so does <code>node client/build.ts</code>.</p>
    <p><a href="${basePath}/graphql">Open GraphiQL</a></p>
  </body>
</html>
`);
}
