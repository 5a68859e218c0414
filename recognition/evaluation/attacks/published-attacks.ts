import { z } from 'zod';
import published from '../../published-attacks.json' with { type: 'json' };

/** What was measured of one row on one material. */
const MeasuredRow = z.object({
  attack: z.string(),
  material: z.string(),
  presentations: z.int().positive(),
  /** Attacks that were taken for live, or genuine answers that were not. */
  errors: z.int().nonnegative(),
});
export type MeasuredRow = z.infer<typeof MeasuredRow>;

export const PublishedAttacks = z.object({ bundle: z.string(), seed: z.int(), rows: z.array(MeasuredRow) });
export type PublishedAttacks = z.infer<typeof PublishedAttacks>;

/** At most so many of a hundred attacks are to be taken for live (APCER), and of a hundred people for attacks (BPCER). */
export const LARGEST = { apcer: 0.07, bpcer: 0.05 } as const;

export const publishedAttacks = (): PublishedAttacks => PublishedAttacks.parse(published);

/** The rows that fall short on some material, the worst material of each. */
export function weakRows({ rows }: PublishedAttacks): MeasuredRow[] {
  const weak = new Map<string, MeasuredRow>();
  const rate = ({ errors, presentations }: MeasuredRow) => errors / presentations;
  for (const row of rows) {
    if (rate(row) <= (row.attack === 'genuine' ? LARGEST.bpcer : LARGEST.apcer)) continue;
    const worst = weak.get(row.attack);
    if (!worst || rate(row) > rate(worst)) weak.set(row.attack, row);
  }
  return [...weak.values()];
}
