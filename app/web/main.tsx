import '@fontsource-variable/figtree';
import './styles/tokens.css';
import './styles/base.css';
import './styles/layout.css';
import './styles/components.css';
import './styles/stage.css';
import './styles/capture.css';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { I18nextProvider } from 'react-i18next';
import { operatorSession } from './api/calls.ts';
import { Problem } from './api/problem.ts';
import { App } from './app.tsx';
import { applyTheme, keptTheme } from './styles/theme.ts';
import { i18n, startTranslation } from './text/i18n.ts';

applyTheme(keptTheme());
await startTranslation();

// The link printed by the server carries the operator's token behind the #, where it reaches no log.
const tokenOfLink = () => new URLSearchParams(window.location.hash.slice(1)).get('token');
// Where the page is open already, the browser follows the link without loading anything.
window.addEventListener('hashchange', () => tokenOfLink() && window.location.reload());
const token = tokenOfLink();
if (token) {
  window.history.replaceState(null, '', '/console');
  // A wrong token leads to the console's own sign-in form.
  await operatorSession(token).catch((error: unknown) => {
    if (!(error instanceof Problem)) throw error;
  });
}

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (failures, error) =>
        failures < 2 && error instanceof Problem && (error.status === 0 || error.status >= 500),
    },
  },
});

const root = document.getElementById('root');
if (!root) throw new Error('the page has no #root');
createRoot(root).render(
  <StrictMode>
    <I18nextProvider i18n={i18n}>
      <QueryClientProvider client={queries}>
        <App />
      </QueryClientProvider>
    </I18nextProvider>
  </StrictMode>,
);
