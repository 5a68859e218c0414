#!/usr/bin/env node
// recognition-step NAME --argument value …: one task of the recogniser's pipeline (recognition/steps/NAME.ts).
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const folder = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const [, , name = '', ...rest] = process.argv;
// An image has the steps bundled, and nothing that runs TypeScript.
const file = [`${name}.mjs`, `${name}.ts`].map((each) => join(folder, 'steps', each)).find(existsSync);
if (!/^[a-z-]+$/.test(name) || !file) {
  process.stderr.write(`There is no step "${name}".\nThe steps are the files of recognition/steps.\n`);
  process.exit(2);
}
process.argv = [process.argv[0], file, ...rest];
if (file.endsWith('.ts')) {
  const { register } = await import('tsx/esm/api');
  register({ tsconfig: join(folder, '..', 'tsconfig.json') });
}
await import(pathToFileURL(file).href);
