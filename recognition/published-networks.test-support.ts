import { join, resolve } from 'node:path';

/** Where set-up puts the converted networks; `publishedBundle` says what to do when they are missing. */
export const networksFolder = join(
  process.env.VISAVOX_SETUP ?? resolve(import.meta.dirname, '..', '.visavox', 'setup'),
  'networks',
);
