import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer as createVite } from 'vite';
import studioConfig from './client/studio/vite.config.ts';
import { serve } from './src/serve.ts';
import { withServerFacts, type StudioOptions, type StudioPages } from './src/server/routes/studio.ts';

const root = fileURLToPath(new URL('.', import.meta.url));
const studioFolder = join(root, 'client/studio');
/** The same after a restart where it is free, so that open pages find the new server and reload. */
const usualHotPort = 24_678;

/** Listens for the WebSockets by which Vite sends changed modules to browsers on this machine. */
async function openHotPort(port: number): Promise<Server> {
  const server = createServer((_, response) => response.writeHead(426).end());
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** The studio from its sources, by Vite in middleware mode: open pages show a change without a restart. */
async function openStudio(options: StudioOptions): Promise<StudioPages> {
  const hot = await openHotPort(usualHotPort).catch(() => openHotPort(0));
  const base = `${options.basePath}/assets/`;
  const vite = await createVite({
    ...studioConfig,
    configFile: false,
    base,
    appType: 'custom',
    server: {
      middlewareMode: true,
      // Never the database or the media of the same folder.
      fs: { allow: [studioFolder, join(root, 'client/table'), join(root, 'node_modules')] },
      ws: { server: hot, clientPort: (hot.address() as AddressInfo).port },
    },
  });
  return {
    respondPage: async ({ response }) => {
      const source = await readFile(join(studioFolder, 'index.html'), 'utf8');
      const html = await vite.transformIndexHtml('/index.html', withServerFacts(source, options));
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
      response.end(html);
    },
    respondFile: async ({ request, response }, path) => {
      response.setHeader('cache-control', 'no-store');
      const { search } = new URL(request.url ?? '', 'http://reelay.invalid');
      request.url = `${base}${path.replace(/^\/(?:assets\/)?/, '')}${search}`;
      await new Promise<void>((resolve) => {
        response.once('close', resolve);
        vite.middlewares(request, response, () => response.writeHead(404).end());
      });
    },
  };
}

const stop = Promise.withResolvers<NodeJS.Signals>();
process.on('SIGTERM', stop.resolve);
process.on('SIGINT', stop.resolve);
process.exit(await serve(process.argv.slice(2), stop.promise, { openStudio }));
