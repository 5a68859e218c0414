import '@fontsource-variable/figtree';
import '@visavox/console/styles/tokens.css';
import '@visavox/console/styles/base.css';
import '@visavox/console/styles/layout.css';
import '@visavox/console/styles/components.css';
import './styles/pages.css';
import './styles/stage.css';
import './styles/capture.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { createQueries } from '@visavox/console/api/queries';
import { signInByLink } from '@visavox/console/api/token-link';
import { applyTheme, keptTheme } from '@visavox/console/styles/theme';
import { i18n, startTranslation } from '@visavox/console/text/i18n';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { I18nextProvider } from 'react-i18next';
import { App } from './app.tsx';
import { pageTexts } from './text/page-texts.ts';

applyTheme(keptTheme());
await startTranslation(pageTexts);
await signInByLink();

const root = document.getElementById('root');
if (!root) throw new Error('the page has no #root');
createRoot(root).render(
  <StrictMode>
    <I18nextProvider i18n={i18n}>
      <QueryClientProvider client={createQueries()}>
        <App />
      </QueryClientProvider>
    </I18nextProvider>
  </StrictMode>,
);
