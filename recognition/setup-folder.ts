import { join } from 'node:path';

/** What set-up made: the converted networks, a Python, other people's models. */
export const setupFolder = (): string =>
  process.env.VISAVOX_SETUP ?? join(import.meta.dirname, '..', '.visavox', 'setup');

/** `publishedBundle` says what to do when they are missing. */
export const networksFolder = (): string => join(setupFolder(), 'networks');
