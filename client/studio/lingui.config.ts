import { formatter } from '@lingui/format-po';
import { defineConfig } from '@lingui/conf';

/** English texts are in the sources, Russian ones in a catalogue; `npm run messages` updates the catalogues. */
export default defineConfig({
  locales: ['en', 'ru'],
  sourceLocale: 'en',
  catalogs: [
    { path: '<rootDir>/i18n/catalogues/{locale}', include: ['<rootDir>'], exclude: ['**/node_modules/**'] },
  ],
  format: formatter({ lineNumbers: false, origins: false }),
  orderBy: 'message',
});
