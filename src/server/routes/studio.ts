import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';

/** One file in each of its encodings. */
interface Asset {
  readonly contentType: string;
  readonly etag: string;
  readonly plain: Buffer;
  readonly br: Buffer | null;
  readonly gz: Buffer | null;
}

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
/** Paths that the page itself understands; the seed's is one of them. */
const pagePath = /^\/(?:veo31\/?|tasks\/[^/]+)?$/;
/** The build names these after their content. */
const assetPrefix = '/assets/';

/** What the studio is served with. */
export interface StudioOptions {
  /** Where the build lies. */
  readonly directory: string;
  /** The path below which the server is reached, without a slash at its end; '' when it has none. */
  readonly basePath: string;
  /** Whether people are asked for a key: the page is told, so that it need not find out by being refused. */
  readonly asksForKey: boolean;
  /** Where videos play from, known once the server listens. */
  readonly mediaOrigin: () => string;
}

/** Answers the studio's pages and files: those of the build, or in development those of Vite (dev.ts). */
export interface StudioPages {
  /** Answers GET and HEAD of a path for which `isStudioPath` holds. */
  respond(request: IncomingMessage, response: ServerResponse, pathname: string): Promise<void>;
}

/** Whether a path is the studio's. */
export const isStudioPath = (pathname: string): boolean =>
  isStudioPage(pathname) || pathname.startsWith(assetPrefix) || pathname === '/icon.svg';

/** Whether the page itself understands a path. */
export const isStudioPage = (pathname: string): boolean => pagePath.test(pathname);

/** The page with the facts that its script starts from. */
export const withServerFacts = (
  html: string,
  { basePath, asksForKey }: Pick<StudioOptions, 'basePath' | 'asksForKey'>,
): string =>
  html.replace('<html', () => `<html data-base="${basePath}"${asksForKey ? ' data-access="key"' : ''}`);

/** Serves the built studio from memory: it is half a megabyte. */
export class Studio implements StudioPages {
  readonly #options: StudioOptions;
  #files: Promise<ReadonlyMap<string, Asset>> | null = null;

  constructor(options: StudioOptions) {
    this.#options = options;
  }

  /** Answers GET and HEAD; a path of nothing is 404. */
  async respond(request: IncomingMessage, response: ServerResponse, pathname: string): Promise<void> {
    const files = await this.#read();
    const isPage = isStudioPage(pathname);
    const asset = files.get(isPage ? '/index.html' : pathname);
    if (isPage) {
      response.setHeader('content-security-policy', contentSecurityPolicy(this.#options.mediaOrigin()));
      response.setHeader('referrer-policy', 'no-referrer');
      // Framed by another page, its buttons would spend money.
      response.setHeader('x-frame-options', 'DENY');
    }
    if (asset === undefined) {
      if (isPage) respondUnbuilt(response, this.#options.basePath);
      else response.writeHead(404, { 'content-type': 'text/plain' }).end('There is no such file.\n');
      return;
    }
    response.setHeader('etag', asset.etag);
    response.setHeader('vary', 'accept-encoding');
    response.setHeader(
      'cache-control',
      pathname.startsWith(assetPrefix) ? 'public, max-age=31536000, immutable' : 'no-cache',
    );
    if (request.headers['if-none-match']?.includes(asset.etag)) {
      response.writeHead(304).end();
      return;
    }
    const { encoding, body } = encodingFor(asset, request.headers['accept-encoding']?.toString() ?? '');
    if (encoding !== null) response.setHeader('content-encoding', encoding);
    response.writeHead(200, { 'content-type': asset.contentType, 'content-length': body.byteLength });
    response.end(request.method === 'HEAD' ? undefined : body);
  }

  /** Remembered once there is a page; until then a build may still come. */
  async #read(): Promise<ReadonlyMap<string, Asset>> {
    this.#files ??= readAssets(this.#options);
    const files = await this.#files;
    if (!files.has('/index.html')) this.#files = null;
    return files;
  }
}

async function readAssets(options: StudioOptions): Promise<ReadonlyMap<string, Asset>> {
  const { directory } = options;
  const names = await readdir(directory, { recursive: true }).catch(() => []);
  const known = names.filter((name) => extname(name) in contentTypes);
  const read = (name: string) => readFile(join(directory, name)).catch(() => null);
  const assets = known.map(async (name): Promise<[string, Asset]> => {
    const isPage = name === 'index.html';
    const bytes = await readFile(join(directory, name));
    const plain = isPage ? Buffer.from(pageFor(bytes.toString(), options)) : bytes;
    const etag = `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`;
    const contentType = contentTypes[extname(name)] ?? '';
    // The page is small, and not always the one that was compressed.
    const [br, gz] = isPage ? [null, null] : await Promise.all([read(`${name}.br`), read(`${name}.gz`)]);
    return [`/${name.replaceAll('\\', '/')}`, { contentType, etag, plain, br, gz }];
  });
  return new Map(await Promise.all(assets));
}

/** The page with addresses that hold at each of its paths. */
const pageFor = (html: string, options: StudioOptions): string =>
  withServerFacts(html, options).replaceAll(
    /(src|href)="\.\//g,
    (_, name: string) => `${name}="${options.basePath}/`,
  );

function encodingFor({ plain, br, gz }: Asset, accepted: string): { encoding: string | null; body: Buffer } {
  const accepts = (name: string) =>
    new RegExp(`\\b${name}\\b(?!\\s*;\\s*q=0(?:\\.0*)?(?:,|$))`).test(accepted);
  if (br !== null && accepts('br')) return { encoding: 'br', body: br };
  if (gz !== null && accepts('gzip')) return { encoding: 'gzip', body: gz };
  return { encoding: null, body: plain };
}

/** Nothing foreign but pictures that the user himself names by their address. */
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

/** The API works without a build, so the page says how to get one instead of failing. */
function respondUnbuilt(response: ServerResponse, basePath: string): void {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
  response.end(`<!doctype html>
<html lang="en">
  <head><meta charset="utf-8" /><title>Reelay</title></head>
  <body>
    <h1>Reelay</h1>
    <p>The server runs, but its studio is not built. <code>npm start</code> builds it; by itself: <code>node client/build.ts</code>.</p>
    <p><a href="${basePath}/graphql">Open GraphiQL</a></p>
  </body>
</html>
`);
}
