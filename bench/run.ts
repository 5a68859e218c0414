// npm run bench -- [signin|overload|rendered-people|search|memory|pipelines|platform|reproduce|experiments|upgrade|serving|serving-published|training|training-large|page …]   all of them without a name
// --json prints one document on stdout: { NAME: { within, … } }; what people read goes to stderr.
import { UserError } from '@visavox/core/errors';

/** What a benchmark found: whether it is within its limits, and more where it has figures for programs. */
type Outcome = boolean | { readonly within: boolean };
type Bench = (print: (line: string) => void) => Promise<Outcome>;

const benches: Readonly<Record<string, () => Promise<Bench>>> = {
  signin: async () => (await import('./signin.ts')).benchSignIn,
  overload: async () => (await import('./overload.ts')).benchOverload,
  'rendered-people': async () => (await import('./rendered-people.ts')).benchRenderedPeople,
  search: async () => (await import('./search.ts')).benchSearch,
  pipelines: async () => (await import('./pipelines.ts')).benchPipelines,
  platform: async () => (await import('./platform.ts')).benchPlatform,
  reproduce: async () => (await import('./reproduce.ts')).benchReproduce,
  experiments: async () => (await import('./experiments.ts')).benchExperiments,
  upgrade: async () => (await import('./upgrade.ts')).benchUpgrade,
  serving: async () => (await import('./serving.ts')).benchServing('whole'),
  'serving-published': async () => (await import('./serving.ts')).benchServing('published'),
  training: async () => (await import('./training.ts')).benchTraining(100, 3),
  'training-large': async () => (await import('./training.ts')).benchTraining(1000, 12),
  memory: async () => (await import('./memory.ts')).benchMemory,
  page: async () => (await import('./page.ts')).benchPage,
};

const words = process.argv.slice(2);
const asJson = words.includes('--json');
const names = words.filter((word) => word !== '--json');
const forPeople = asJson ? process.stderr : process.stdout;
const unknown = names.find((name) => !(name in benches));
if (unknown !== undefined) {
  process.stderr.write(
    `There is no benchmark "${unknown}". Choose of: ${Object.keys(benches).join(', ')}.\n`,
  );
  process.exit(2);
}
const outcomes: Record<string, { readonly within: boolean }> = {};
for (const name of names.length > 0 ? names : Object.keys(benches)) {
  const bench = await benches[name]!();
  try {
    const found = await bench((line) => forPeople.write(`${line}\n`));
    const outcome = typeof found === 'boolean' ? { within: found } : found;
    outcomes[name] = outcome;
    forPeople.write(`${name}: ${outcome.within ? 'within its limits' : 'BEYOND ITS LIMITS'}\n\n`);
    if (!outcome.within) process.exitCode = 1;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    process.stderr.write(`${name}: ${error.message}\n${error.action}\n`);
    process.exitCode = 1;
  }
}
if (asJson) process.stdout.write(`${JSON.stringify(outcomes, null, 2)}\n`);
