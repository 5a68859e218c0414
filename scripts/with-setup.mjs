// Sets up what is missing, then runs a TypeScript file: node scripts/with-setup.mjs FILE [ARGUMENT…]
import { giveUp, setup } from './setup.mjs';

await setup({ quiet: true }).catch(giveUp);
const { runTypeScript } = await import('./typescript.mjs');
const [node, , file, ...rest] = process.argv;
process.argv = [node, file, ...rest];
await runTypeScript(file);
