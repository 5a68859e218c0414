import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';

const Line = z.object({
  run: z.string(),
  task: z.string(),
  attempt: z.number(),
  event: z.enum(['begin', 'fail', 'end']),
  at: z.number(),
});
export type LedgerLine = z.infer<typeof Line>;

/** What steps have noted, in the order in which they did. */
export function readLedger(file: string): readonly LedgerLine[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => Line.parse(JSON.parse(line)));
}
