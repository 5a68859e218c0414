/**
 * `tsx recognition/evaluation/attacks/publish-attacks.ts <figures.json>…`, with what `visavox evaluate --attacks --json`
 * printed, on synthetic people and on recordings. Writes recognition/published-attacks.json, which consoles name weak rows by.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { MeasuredRow, PublishedAttacks } from './published-attacks.ts';

const Figure = z.object({
  attack: z.string(),
  material: z.string(),
  whole: z.boolean(),
  presentations: z.int(),
  errors: z.int(),
});
const Printed = z.object({
  bundle: z.string(),
  seed: z.int(),
  attacks: z.array(Figure),
  genuine: z.array(Figure),
});

/** What was done under different checks is one row. */
export function rowsOf(figures: readonly z.infer<typeof Figure>[]): MeasuredRow[] {
  const rows = new Map<string, MeasuredRow>();
  for (const { attack, material, whole, presentations, errors } of figures) {
    if (!whole) continue;
    const key = `${attack} ${material}`;
    const before = rows.get(key) ?? { presentations: 0, errors: 0 };
    rows.set(key, {
      ...{ attack, material },
      presentations: before.presentations + presentations,
      errors: before.errors + errors,
    });
  }
  return [...rows.values()];
}

async function publish(files: readonly string[]): Promise<void> {
  const printed = await Promise.all(
    files.map(async (file) => Printed.parse(JSON.parse(await readFile(file, 'utf8')))),
  );
  const [first] = printed;
  if (!first) throw new TypeError('name the files that the command printed');
  const figures = printed.flatMap(({ attacks, genuine }) => [...attacks, ...genuine]);
  const document: PublishedAttacks = { bundle: first.bundle, seed: first.seed, rows: rowsOf(figures) };
  const target = join(import.meta.dirname, '..', '..', 'published-attacks.json');
  await writeFile(target, `${JSON.stringify(document, null, 2)}\n`);
}

if (import.meta.filename === process.argv[1]) await publish(process.argv.slice(2));
