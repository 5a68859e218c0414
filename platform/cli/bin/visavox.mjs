#!/usr/bin/env node
import { register as registerHook } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { register } from 'tsx/esm/api';

const folder = resolve(dirname(fileURLToPath(import.meta.url)), '..');
register({ tsconfig: join(folder, '..', '..', 'tsconfig.json') });
registerHook('./typescript-modules.mjs', import.meta.url);
await import(pathToFileURL(join(folder, 'main.ts')).href);
