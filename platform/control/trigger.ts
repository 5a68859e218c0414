import { z } from 'zod';

/**
 * When to train again: a threshold for each thing that is counted (`{ people: 5, samples: 50 }`; the
 * application chooses the words), and how long to leave it alone after a run that failed.
 */
export const TriggerRule = z.object({
  thresholds: z.record(z.string(), z.number().int().positive()),
  retryAfterSeconds: z.number().nonnegative(),
});
export type TriggerRule = z.infer<typeof TriggerRule>;

/** What is new since the dataset that the last run was trained on. */
export type Counts = Readonly<Record<string, number>>;

/** Answers why to train now, in words for people, or null. */
export function dueBecause(counts: Counts, rule: TriggerRule): string | null {
  const reached = Object.entries(rule.thresholds).filter(
    ([name, threshold]) => (counts[name] ?? 0) >= threshold,
  );
  if (reached.length === 0) return null;
  return reached.map(([name, threshold]) => `${counts[name]} new ${name} (rule: ${threshold})`).join(', ');
}
