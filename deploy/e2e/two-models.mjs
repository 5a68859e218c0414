#!/usr/bin/env node
// node deploy/e2e/two-models.mjs FOLDER
// Writes a project with two models side by side: the recogniser and the example's, which knows nothing of faces. The
// application's image with both: npm run images -- application --project FOLDER
import { cpSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
const [given] = process.argv.slice(2);
if (given === undefined || existsSync(given)) {
  process.stderr.write(
    given === undefined ? 'Name a folder to write the project to.\n' : `${given} is there already.\n`,
  );
  process.exit(2);
}
const folder = resolve(given);
cpSync(join(root, 'examples/digits'), folder, { recursive: true });
symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));

// Its packages are those of the step image: pods of a cluster without the internet could not fetch PyTorch.
const pipeline = join(folder, 'pipeline.ts');
const declared = "  environment: { requirements: 'requirements.txt' },\n";
const text = readFileSync(pipeline, 'utf8');
if (!text.includes(declared))
  throw new Error(`${pipeline} does not declare the packages that are taken out here`);
writeFileSync(pipeline, text.replace(declared, ''));

const config = join(folder, 'visavox.config.ts');
writeFileSync(join(folder, 'digits.ts'), readFileSync(config));
writeFileSync(
  config,
  `import { signIn } from '@visavox/server/project';
import { defineProject } from 'visavox/config';
import digits from './digits.ts';

export default defineProject({ ...signIn, models: { ...signIn.models, ...digits.models } });
`,
);
process.stdout.write(`${folder}\n`);
