// Runs TypeScript sources as they are, in this process.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { register } from 'tsx/esm/api';
import { root } from './setup.mjs';

export async function runTypeScript(file) {
  register({ tsconfig: join(root, 'tsconfig.json') });
  return import(pathToFileURL(join(root, file)).href);
}
