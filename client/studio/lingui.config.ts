import { formatter } from '@lingui/format-po';
import { defineConfig } from '@lingui/conf';

/** English is written in the sources, Russian in its catalogue: `npm run messages` brings both together. */
export default defineConfig({
  locales: ['en', 'ru'],
  sourceLocale: 'en',
  catalogs: [
    { path: '<rootDir>/i18n/catalogues/{locale}', include: ['<rootDir>'], exclude: ['**/node_modules/**'] },
  ],
  format: formatter({ lineNumbers: false, origins: false }),
  orderBy: 'message',
});
