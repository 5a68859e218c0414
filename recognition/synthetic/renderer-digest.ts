import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Names the sources that people's looks are rendered by: of another digest, a picture of the same name may be another. */
export function rendererDigest(): string {
  const digest = createHash('sha256');
  const names = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).sort();
  // What is heard is in no picture.
  const matter = names.filter((name) => /\.ts$/.test(name) && !/\.test\.ts$|^voice/.test(name));
  for (const name of matter) digest.update(name).update(readFileSync(join(import.meta.dirname, name)));
  return digest.digest('hex').slice(0, 16);
}
