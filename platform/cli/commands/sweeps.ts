import type { SweepDetails } from '@visavox/api/sweep-schemas';
import { isFinished, type Parameter } from '@visavox/core/run';
import { type Command, Option } from 'commander';
import type { z } from 'zod';
import { pairs } from '../pairs.ts';
import type { CommandContext, CommandPlugin, Lines } from '../plugin.ts';
import { seconds, table } from '../table.ts';
import { inBrief } from './describe-run.ts';
import { exitOfStopped } from './follow-run.ts';
import { inFigures, shortId } from './list-runs.ts';
import { dimensionOf } from './space.ts';
import { addSubmissionOptions, type SubmissionOptions, submissionOf } from './submission.ts';
import { untilInterrupted } from './until-interrupted.ts';

const pollMilliseconds = 500;

type Details = z.infer<typeof SweepDetails>;
type Trial = Details['trials'][number];

interface SweepOptions extends SubmissionOptions {
  readonly space: Readonly<Record<string, string>>;
  readonly maximize?: string;
  readonly minimize?: string;
  readonly sampler: string;
  readonly trials?: string;
  readonly parallel?: string;
  readonly seed?: string;
  readonly stopEarly?: string;
  readonly afterSteps: string;
  readonly detach?: boolean;
}

export const sweepCommands: CommandPlugin = (program, context) => {
  addSubmissionOptions(program.command('sweep'))
    .option('--space <parameter=space>', 'where to look for a parameter; repeat for more', pairs('space'), {})
    .addOption(new Option('--maximize <metric>', 'look for the highest value of this metric of the run'))
    .addOption(new Option('--minimize <metric>', 'look for the lowest').conflicts('maximize'))
    .addOption(
      new Option('--sampler <name>', 'how to look; bayesian is by Optuna')
        .choices(['grid', 'random', 'bayesian'])
        .default('random'),
    )
    .option('--trials <n>', 'how many runs at most (20; all points of a grid)')
    .option('--parallel <n>', 'how many at once (2)')
    .option('--seed <n>', 'of the sampler, and of runs that take a seed (0)')
    .option(
      '--stop-early <metric>',
      'cancel a trial whose curve of this metric, logged to MLflow, has fallen behind the median of the others',
    )
    .option('--after-steps <n>', 'but not before this step of the curve', '1')
    .option('--name <name>', 'what to call the sweep')
    .option('--detach', 'print the id of the sweep and return at once')
    .description('search for the parameters of a pipeline: many runs, the best of which is said')
    .addHelpText('after', help)
    .action(async (file: string, options: SweepOptions, command: Command) => {
      const { request, submit, result, log, err } = context(command);
      const { withLine, ...submission } = await submissionOf(file, options, { request, log });
      const asked = { ...submission, ...planOf(options, command) };
      const { SweepDetails } = await import('@visavox/api/sweep-schemas');
      const begun = SweepDetails.parse(
        await submit('/api/v1/sweeps', asked).catch((error: unknown) => {
          throw withLine(error);
        }),
      );
      log(`sweep ${begun.id}`);
      if (options.detach) return result(begun, describe(begun));
      await show(begun.id, { request, result, lines: err });
    });

  const sweeps = program.command('sweeps').description('searches for the parameters of pipelines');
  sweeps
    .command('list')
    .description('sweeps, newest first')
    .action(async (_options, command) => {
      const { request, result } = context(command);
      const { Sweeps } = await import('@visavox/api/sweep-schemas');
      const answer = Sweeps.parse(await request('GET', '/api/v1/sweeps'));
      result(
        answer,
        table(
          ['sweep', 'name', 'pipeline', 'state', 'trials', 'metric', 'started', 'took'],
          answer.sweeps.map(({ id, name, pipeline, state, begun, plan, createdAt, finishedAt }) => [
            ...[shortId(id), name, pipeline, state, `${begun} of ${plan.trials}`],
            ...[`${plan.goal} ${plan.metric}`, createdAt.slice(0, 19), seconds(createdAt, finishedAt)],
          ]),
        ),
      );
    });
  const named = (name: string, description: string) =>
    sweeps
      .command(name)
      .argument('<sweep>', 'its id, the beginning of it, or its name')
      .description(description);
  named('show', 'its trials, the best ones first').action(async (id: string, _options, command) => {
    const { request, result } = context(command);
    const sweep = await getSweep(request, id);
    result(sweep, describe(sweep));
  });
  named('watch', 'follow a sweep until it ends').action(async (id: string, _options, command) => {
    const { request, result, err } = context(command);
    await show((await getSweep(request, id)).id, { request, result, lines: err });
  });
  for (const [name, description] of [
    ['cancel', 'stop a sweep and the trials that run; what is finished stays'],
    ['resume', 'go on with the trials that are left of one that failed or was canceled'],
  ] as const)
    named(name, description).action(async (id: string, _options, command) => {
      const { request, result } = context(command);
      const { SweepDetails } = await import('@visavox/api/sweep-schemas');
      const path = `/api/v1/sweeps/${encodeURIComponent(id)}/${name}`;
      const sweep = SweepDetails.parse(await request('POST', path));
      result(sweep, `sweep ${shortId(sweep.id)} is ${sweep.state}`);
    });
};

const help = `
Spaces:
  rate=log:1e-4..1     evenly over orders of magnitude
  dropout=0..0.5       between two numbers (whole ones where the parameter is an integer)
  units=16..128/16     in steps
  activation=relu,tanh one of these

  visavox sweep pipeline.py --space rate=log:1e-4..1 --space units=16,32,64 --maximize accuracy --trials 8`;

function planOf(options: SweepOptions, command: Command) {
  const metric = options.maximize ?? options.minimize;
  if (metric === undefined) command.error('error: give --maximize METRIC or --minimize METRIC');
  const whole = (name: 'trials' | 'parallel' | 'seed' | 'afterSteps') =>
    options[name] === undefined ? undefined : Number(options[name]);
  return {
    ...{ metric, sampler: options.sampler, goal: options.maximize === undefined ? 'minimize' : 'maximize' },
    space: Object.fromEntries(
      Object.entries(options.space).map(([name, text]) => [name, dimensionOf(name, text)]),
    ),
    // All points of a grid, unless fewer are asked for.
    trials: whole('trials') ?? (options.sampler === 'grid' ? 10_000 : undefined),
    ...{ parallel: whole('parallel'), seed: whole('seed') },
    ...(options.stopEarly !== undefined && {
      stopEarly: { metric: options.stopEarly, afterSteps: whole('afterSteps') },
    }),
  };
}

async function getSweep(request: CommandContext['request'], id: string): Promise<Details> {
  const { SweepDetails } = await import('@visavox/api/sweep-schemas');
  return SweepDetails.parse(await request('GET', `/api/v1/sweeps/${encodeURIComponent(id)}`));
}

/** Prints each trial as it ends, until all have or Ctrl-C is pressed, and then how they compare. */
async function show(
  id: string,
  { request, result, lines }: Pick<CommandContext, 'request' | 'result'> & { lines: Lines },
): Promise<void> {
  const told = new Set<number>();
  let waits: string | null = null;
  await untilInterrupted(async (wait) => {
    for (;;) {
      const sweep = await getSweep(request, id);
      const { best, plan } = sweep;
      for (const trial of sweep.trials) {
        if (told.has(trial.number) || !isFinished(trial.state)) continue;
        told.add(trial.number);
        lines.write(`  ${line(trial, plan.trials, best?.number === trial.number)}`);
      }
      if (sweep.finishedAt === null && sweep.reason !== null && sweep.reason !== waits)
        lines.write(`  waits: ${sweep.reason}`);
      waits = sweep.reason;
      if (sweep.finishedAt !== null) {
        if (sweep.state !== 'succeeded') process.exitCode = 1;
        return result(sweep, describe(sweep));
      }
      if (await wait(pollMilliseconds)) {
        process.exitCode = exitOfStopped;
        const short = shortId(id);
        lines.write(
          `Sweep ${short} goes on: visavox sweeps watch ${short} follows it, visavox sweeps cancel ${short} stops it.`,
        );
        return result(sweep, describe(sweep));
      }
    }
  });
}

function line(trial: Trial, all: number, isBest: boolean): string {
  const outcome =
    trial.value === null
      ? `${stateOf(trial)}${trial.reason ? `: ${inBrief(trial.reason)}` : ''}`
      : inFigures(trial.value);
  return `${trial.number}/${all}  ${written(trial.parameters)}  ${outcome}${isBest ? '  best so far' : ''}`;
}

const stateOf = ({ state, stopped }: Trial) => (stopped ? 'stopped early' : state);

function written(parameters: Readonly<Record<string, Parameter>>): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
}

/** The trials, the best ones first. */
function describe({ id, name, pipeline, state, reason, plan, trials, best }: Details): string {
  const sign = plan.goal === 'maximize' ? 1 : -1;
  const worst = Number.POSITIVE_INFINITY;
  const order = ({ value }: Trial) => (value === null ? worst : -sign * value);
  const names = Object.keys(plan.space);
  return [
    `${shortId(id)}  ${name ?? pipeline}  ${state}  ${trials.length} of ${plan.trials} trials, ${plan.sampler}`,
    '',
    table(
      ['trial', ...names, plan.metric, 'state', 'run'],
      trials
        .toSorted((a, b) => order(a) - order(b) || a.number - b.number)
        .map((trial) => [
          trial.number,
          ...names.map((one) => {
            const value = trial.parameters[one];
            return typeof value === 'number' ? inFigures(value) : JSON.stringify(value);
          }),
          ...[trial.value === null ? null : inFigures(trial.value), stateOf(trial), shortId(trial.run)],
        ]),
    ),
    ...(reason ? ['', reason] : []),
    ...(best ? ['', `The best is run ${shortId(best.run)}: ${written(best.parameters)}`] : []),
  ].join('\n');
}
