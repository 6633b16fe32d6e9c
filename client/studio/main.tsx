import { I18nProvider } from '@lingui/react';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { applyTheme } from './header/theme.ts';
import { openI18n } from './i18n/i18n.ts';
import { Studio, StudioProvider } from './studio.ts';

applyTheme();
const studio = new Studio();
void studio.open();
const i18n = await openI18n();
const root = document.getElementById('root');
if (root === null) throw new Error('The page has no root.');
createRoot(root).render(
  <StrictMode>
    <I18nProvider i18n={i18n}>
      <StudioProvider value={studio}>
        <App />
      </StudioProvider>
    </I18nProvider>
  </StrictMode>,
);
