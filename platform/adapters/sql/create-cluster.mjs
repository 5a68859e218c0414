// Runs as a process of its own: node create-cluster.mjs FOLDER
import { closeSync, fsyncSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';

const folder = process.argv[2];
const pglite = await PGlite.create(folder);
await pglite.close();

for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  if (process.platform === 'win32' && entry.isDirectory()) continue;
  const descriptor = openSync(join(entry.parentPath, entry.name), entry.isDirectory() ? 'r' : 'r+');
  fsyncSync(descriptor);
  closeSync(descriptor);
}
