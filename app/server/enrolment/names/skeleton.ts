import { createRequire } from 'node:module';
import { z } from 'zod';

/** Unicode's confusables.txt (prototypes, version 13) as the package `unhomoglyph` ships it. */
const prototypes: ReadonlyMap<string, string> = new Map(
  Object.entries(
    z.record(z.string(), z.string()).parse(createRequire(import.meta.url)('unhomoglyph/data.json')),
  ),
);

/**
 * What a text looks like (UTS #39, section 4): texts of one skeleton cannot be told apart by eye. For comparison alone, never
 * to be shown.
 */
export function skeleton(text: string): string {
  const visible = text.normalize('NFD').replace(/\p{Default_Ignorable_Code_Point}/gu, '');
  return [...visible]
    .map((character) => prototypes.get(character) ?? character)
    .join('')
    .normalize('NFD');
}
