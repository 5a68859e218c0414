import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Names the sources that people are rendered by: of another digest, a picture of the same name may be another. */
export function rendererDigest(): string {
  const digest = createHash('sha256');
  const names = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).sort();
  for (const name of names.filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts')))
    digest.update(name).update(readFileSync(join(import.meta.dirname, name)));
  return digest.digest('hex').slice(0, 16);
}
