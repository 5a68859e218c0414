// npm run chaos -- [--people N] [--seed N] [--data DIR]    people enrol and sign in while the service is killed
// npm run chaos -- runs [--runs N] [--seed N]              runs are submitted while everything below them is killed or cut
if (process.argv[2] === 'runs') await import('./chaos/main.ts');
else await import('./chaos/simulation.ts');
