// `npm start`: sets up what is missing, then everything on this machine in this one process.
import { giveUp, setup } from './setup.mjs';

await setup().catch(giveUp);
const { runTypeScript } = await import('./typescript.mjs');
process.argv = [process.argv[0], 'visavox', 'up', ...process.argv.slice(2)];
await runTypeScript('platform/cli/main.ts');
