// `npm start`: sets up what is missing, then everything on this machine in this one process.
import { giveUp, root, setup } from './setup.mjs';

await setup().catch(giveUp);
// The project that is started, wherever this was called from.
process.chdir(root);
const { runTypeScript } = await import('./typescript.mjs');
process.argv = [process.argv[0], 'visavox', 'up', ...process.argv.slice(2)];
await runTypeScript('platform/cli/main.ts');
