import { readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PictureFolder } from './picture-store.ts';
import { rendererDigest } from './renderer-digest.ts';

const prefix = 'visavox-pictures-';
const week = 7 * 24 * 3_600_000;

/** Of everybody who is rendered for tests: shared by all of them, and by later runs of the same renderer. */
export const testPictures = new PictureFolder(join(tmpdir(), `${prefix}${rendererDigest()}`));

// What earlier renderers left.
for (const name of readdirSync(tmpdir()).filter((one) => one.startsWith(prefix))) {
  const path = join(tmpdir(), name);
  const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
  if (mtimeMs < Date.now() - week) rmSync(path, { recursive: true, force: true });
}
