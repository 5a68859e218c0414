import { join } from 'node:path';
import { UserError } from '@visavox/core/errors';
import type { ProposePoints } from '@visavox/core/ports';
import { Parameter } from '@visavox/core/run';
import type { Environments } from '@visavox/pipelines/environments/environments';
import { runTool } from '@visavox/pipelines/environments/tool';
import { z } from 'zod';

const requirement = 'optuna==5.0.0';
const program = join(import.meta.dirname, 'propose.py');
const Points = z.array(z.record(z.string(), Parameter));

export interface OptunaOptions {
  readonly environments: Environments;
  /** What its process is given. */
  readonly environment: Readonly<Record<string, string>>;
  readonly log: (text: string) => void;
}

/**
 * Bayesian search by Optuna's tree-structured Parzen estimator, in a Python environment of its own, which is made when the
 * first point is asked for.
 */
export function optuna({ environments, environment, log }: OptunaOptions): ProposePoints {
  const note = async (text: string) => log(text.trim());
  const installs = [
    { requirements: [requirement], withDependencies: true, indexUrls: [], trustedHosts: [], findLinks: [] },
  ];
  const interpreter = async () => {
    const options = { project: import.meta.dirname, anew: false, kept: undefined, log: note };
    const resolved = await environments.resolve({ installs }, options);
    if (resolved.language !== 'python') throw new TypeError('an environment of Python was asked for');
    return environments.providePython(resolved, note);
  };
  return async ({ plan, outcomes, wanted }) => {
    const { executable } = await interpreter();
    const tried = outcomes.map(({ parameters, state, value }) => ({ parameters, state, value }));
    const { succeeded, output, errors } = await runTool(
      [executable, program],
      { environment, log: note },
      { input: JSON.stringify({ plan, tried, wanted }) },
    );
    if (succeeded) return Points.parse(JSON.parse(output));
    throw new UserError({
      kind: 'invalid',
      code: 'sampler_failed',
      message: `Optuna proposes nothing: ${errors.trim().split('\n').at(-1)}.`,
      action: 'Correct the space of the sweep, or take the sampler random.',
    });
  };
}
