import { UserError } from '@visavox/core/errors';
import type { Counts, Trigger } from '../trigger.ts';

/** Due when enough of anything is new: `thresholds({ people: 5, samples: 50 })`. */
export function thresholds(rule: Counts): Trigger {
  const wrong = Object.entries(rule).find(([, threshold]) => !Number.isInteger(threshold) || threshold < 1);
  if (wrong || Object.keys(rule).length === 0) {
    throw new UserError({
      kind: 'invalid',
      code: 'threshold_invalid',
      message: wrong ? `the threshold of ${wrong[0]} is ${wrong[1]}` : 'a rule of thresholds names no count',
      action: 'Give one or more counts, each with a whole number from 1.',
    });
  }
  return {
    name: 'thresholds',
    thresholds: rule,
    async due({ countNew }) {
      const counts = await countNew();
      const reached = Object.entries(rule).filter(([name, threshold]) => (counts[name] ?? 0) >= threshold);
      if (reached.length === 0) return null;
      return reached
        .map(([name, threshold]) => `${counts[name]} new ${name} (rule: ${threshold})`)
        .join(', ');
    },
  };
}
