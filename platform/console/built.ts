import { fileURLToPath } from 'node:url';

/** The console as files, once `npm run build` has made them: `index.html` for every address below `/console`, and what it loads. */
export const builtConsole = fileURLToPath(new URL('./dist/', import.meta.url));
