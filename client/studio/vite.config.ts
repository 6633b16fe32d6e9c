import { lingui } from '@lingui/vite-plugin';
import react from '@vitejs/plugin-react';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));

/** The studio's build. `npm start` runs it when a source changed (../build.ts). */
export default defineConfig({
  root,
  base: '/',
  plugins: [
    react(),
    lingui({ macroTransform: true, cwd: root, failOnMissing: true, failOnCompileError: true }),
  ],
  build: {
    target: 'es2023',
    // One file for each: inlined data would need an exception in the Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: false,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
  },
});
