import { transformAsync } from '@babel/core';
import { getConfig } from '@lingui/conf';
import { lingui } from '@lingui/vite-plugin';
import react from '@vitejs/plugin-react';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));
const linguiConfig = getConfig({ cwd: root });

/**
 * Compiles Lingui's macros by Babel. Lingui's own transform is a native package that requires Node 22, and npm omits it
 * without a warning if npm itself runs on an older Node, even if the build does not.
 */
const macros = (): Plugin => ({
  name: 'lingui-macros',
  enforce: 'pre',
  transform: {
    filter: { id: /\.tsx?$/, code: /from '@lingui\/(?:core|react)\/macro'/ },
    handler: async (code, id) => {
      const result = await transformAsync(code, {
        filename: id,
        babelrc: false,
        configFile: false,
        sourceMaps: true,
        parserOpts: { plugins: id.endsWith('x') ? ['typescript', 'jsx'] : ['typescript'] },
        plugins: [['@lingui/babel-plugin-lingui-macro', { descriptorFields: 'id-only', linguiConfig }]],
      });
      return { code: result?.code ?? code, map: JSON.stringify(result?.map ?? null) };
    },
  },
});

/** The build of the studio. `npm start` runs it when a source has changed (../build.ts). */
export default defineConfig({
  root,
  // The server adds the path of its public URL.
  base: './',
  plugins: [macros(), react(), lingui({ cwd: root, failOnMissing: true, failOnCompileError: true })],
  build: {
    target: 'es2023',
    // No inlined data: it would need an exception in the Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: false,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
    // A slow machine is nothing to report at a start.
    rolldownOptions: { checks: { pluginTimings: false } },
  },
});
