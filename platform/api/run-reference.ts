import { UserError } from '@visavox/core/errors';
import type { RunStore } from '@visavox/core/ports';

const shown = 5;

/**
 * The id of the run that somebody means: it is the id, the beginning of it, or the run's name. A text that means no run is
 * returned as it is, for whoever looks it up to say so. Throws a UserError `run_ambiguous` where it may mean several.
 */
export async function runReferred(runs: Pick<RunStore, 'named'>, text: string): Promise<string> {
  const [found, ...others] = await runs.named(text, shown + 1);
  if (found === undefined || found === text) return text;
  if (others.length === 0) return found;
  const all = [found, ...others].slice(0, shown).join(', ');
  throw new UserError({
    kind: 'conflict',
    code: 'run_ambiguous',
    message: `"${text}" may mean several runs: ${all}${others.length >= shown ? ', …' : ''}`,
    action: 'Give more of the id.',
  });
}
