import { parseArgs } from 'node:util';
import { UserError } from '@visavox/core/errors';
import { chaosOfRuns } from './runs.ts';

const { values: options } = parseArgs({
  args: process.argv.slice(3),
  options: { runs: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } },
});
const [runs, seed] = [Number(options.runs), Number(options.seed)];
if (!Number.isInteger(runs) || runs < 1 || !Number.isInteger(seed)) {
  process.stderr.write('--runs is a number from 1 on, and --seed a whole number.\n');
  process.exit(2);
}
try {
  const { problems } = await chaosOfRuns({ runs, seed, print: (line) => process.stdout.write(`${line}\n`) });
  process.exitCode = problems.length > 0 ? 1 : 0;
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`${error.message}\n${error.action}\n`);
  process.exitCode = 1;
}
