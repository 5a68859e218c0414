#!/usr/bin/env node
// recognition-step NAME --argument value …: one task of the recogniser's pipeline (recognition/steps/NAME.ts).
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { register } from 'tsx/esm/api';

const folder = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const [, , name = '', ...rest] = process.argv;
const file = join(folder, 'steps', `${name}.ts`);
if (!/^[a-z-]+$/.test(name) || !existsSync(file)) {
  process.stderr.write(`There is no step "${name}".\nThe steps are the files of recognition/steps.\n`);
  process.exit(2);
}
process.argv = [process.argv[0], file, ...rest];
register({ tsconfig: join(folder, '..', 'tsconfig.json') });
await import(pathToFileURL(file).href);
