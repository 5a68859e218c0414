import '@fontsource-variable/figtree';
import './styles/tokens.css';
import './styles/base.css';
import './styles/layout.css';
import './styles/components.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { I18nextProvider } from 'react-i18next';
import { createQueries } from './api/queries.ts';
import { signInByLink } from './api/token-link.ts';
import { Console } from './shell/console.tsx';
import { applyTheme, keptTheme } from './styles/theme.ts';
import { consoleTexts } from './text/console-texts.ts';
import { i18n, startTranslation } from './text/i18n.ts';

applyTheme(keptTheme());
await startTranslation(consoleTexts);
await signInByLink();

const root = document.getElementById('root');
if (!root) throw new Error('the page has no #root');
createRoot(root).render(
  <StrictMode>
    <I18nextProvider i18n={i18n}>
      <QueryClientProvider client={createQueries()}>
        <Console project={{ pages: [] }} />
      </QueryClientProvider>
    </I18nextProvider>
  </StrictMode>,
);
