import { transformAsync } from '@babel/core';
import { getConfig } from '@lingui/conf';
import { lingui } from '@lingui/vite-plugin';
import react from '@vitejs/plugin-react';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));
const linguiConfig = getConfig({ cwd: root });

/**
 * Turns Lingui's macros into calls, by Babel: Lingui's own transform is a native package that wants Node 22, and npm
 * silently leaves it out where it runs on an older one, whatever the build runs on.
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

/** The studio's build. `npm start` runs it when a source changed (../build.ts). */
export default defineConfig({
  root,
  // The server puts the path of its public URL in front.
  base: './',
  plugins: [macros(), react(), lingui({ cwd: root, failOnMissing: true, failOnCompileError: true })],
  build: {
    target: 'es2023',
    // One file for each: inlined data would need an exception in the Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: false,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
  },
});
