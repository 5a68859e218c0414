import type { ExperimentDetails } from '@visavox/api/experiment-schemas';
import { Option } from 'commander';
import type { z } from 'zod';
import type { CommandContext, CommandPlugin } from '../plugin.ts';
import { table } from '../table.ts';
import { shortId } from './list-runs.ts';

type Details = z.infer<typeof ExperimentDetails>;

interface BeginOptions {
  readonly model: string;
  readonly environment: string;
  readonly kind: string;
  readonly metric: string;
  readonly guardrail: readonly string[];
  readonly margin?: string;
  readonly days?: string;
  readonly people?: string;
  readonly otherwise: string;
}

/** `visavox experiments`: challengers that are tested against champions. */
export const experimentCommands: CommandPlugin = (program, context) => {
  const experiments = program
    .command('experiments')
    .description(
      'tests of challengers against champions, in their shadow or by serving a part of the people',
    );
  experiments
    .command('list')
    .description('experiments, newest first')
    .action(async (_options, command) => {
      const { request, result } = context(command);
      const { Experiments } = await import('@visavox/api/experiment-schemas');
      const answer = Experiments.parse(await request('GET', '/api/v1/experiments'));
      const rows = answer.experiments.map(({ id, model, environment, kind, state, createdAt, decision }) => [
        ...[id, model, environment, kind, state, decision?.outcome, createdAt.slice(0, 19)],
      ]);
      result(
        answer,
        table(['experiment', 'model', 'environment', 'kind', 'state', 'outcome', 'begun'], rows),
      );
    });
  experiments
    .command('show')
    .argument('<experiment>')
    .description('what it says so far; one may look at any time')
    .action(async (id: string, _options, command) => {
      const { request, result } = context(command);
      const found = await parsed(request('GET', addressOf(id)));
      result(found, described(found));
    });
  experiments
    .command('stop')
    .argument('<experiment>')
    .option('--reason <text>', 'why', 'stopped by hand')
    .description('end it; the champion stays')
    .action(async (id: string, { reason }: { reason: string }, command) => {
      const { request, result } = context(command);
      const stopped = await parsed(request('POST', `${addressOf(id)}/stop`, { reason }));
      result(stopped, described(stopped));
    });
  experiments
    .command('begin')
    .argument('<release>', 'that "visavox release propose" brought up beside the champion')
    .requiredOption('--model <name>', 'of the release')
    .option('--environment <name>', 'where it was brought up', 'production')
    .addOption(
      new Option(
        '--kind <kind>',
        'shadow: both answer, the champion decides; ab: each person has one of them',
      )
        .choices(['shadow', 'ab'])
        .default('shadow'),
    )
    .requiredOption('--metric <name>', 'the error that decides, 0 or 1 an attempt; fewer are better')
    .option('--guardrail <name...>', 'errors of which there must not be more', [])
    .option('--margin <share>', 'the smallest difference of success rates worth having (0.02)')
    .option('--people <n>', 'after how many it ends at the latest (10000)')
    .option('--days <n>', 'after how many it ends at the latest (28)')
    .addOption(
      new Option('--otherwise <arm>', 'who stays where there is no difference worth having')
        .choices(['champion', 'challenger'])
        .default('champion'),
    )
    .description('test a release against the champion; it decides by itself')
    .action(async (release: string, options: BeginOptions, command) => {
      const { request, result } = context(command);
      const { model, environment } = options;
      const asked = { release, model, environment, plan: await planOf(options) };
      const begun = await parsed(request('POST', '/api/v1/experiments', asked));
      result(begun, described(begun));
    });
};

async function planOf({ kind, metric, guardrail, margin, people, days, otherwise }: BeginOptions) {
  const { ExperimentPlan } = await import('@visavox/core/experiment');
  const { horizon } = ExperimentPlan.parse({ kind, metrics: [{ name: metric, role: 'primary' }] });
  return {
    ...{ kind, otherwise },
    metrics: [{ name: metric, role: 'primary' }, ...guardrail.map((name) => ({ name, role: 'guardrail' }))],
    ...(margin !== undefined && { margin: Number(margin) }),
    horizon: { people: Number(people ?? horizon.people), days: Number(days ?? horizon.days) },
  };
}

async function parsed(answer: ReturnType<CommandContext['request']>): Promise<Details> {
  const given = await answer;
  const { ExperimentDetails } = await import('@visavox/api/experiment-schemas');
  return ExperimentDetails.parse(given);
}

function addressOf(id: string): string {
  return `/api/v1/experiments/${encodeURIComponent(id)}`;
}

function described({ id, kind, model, environment, state, arms, metrics, ratio, decision }: Details): string {
  const level = ({ p }: { p: number }) => p.toPrecision(2);
  return [
    `${kind === 'ab' ? 'A/B' : kind} test ${id} of ${model} in ${environment}: ${state}`,
    ...(decision ? [`${decision.outcome}: ${decision.reason}`] : []),
    '',
    table(
      ['arm', 'release', 'people', 'attempts'],
      arms.map(({ arm, release, people, attempts }) => [arm, shortId(release), people, attempts]),
    ),
    '',
    table(
      ['error', 'role', 'p fewer', 'p more', 'p not inferior', 'difference of rates'],
      metrics.map((metric) => [
        ...[metric.name, metric.role, level(metric), level(metric.harm), level(metric.notInferior)],
        `${metric.low.toFixed(3)} to ${metric.high.toFixed(3)}`,
      ]),
    ),
    '',
    `people shared out wrongly: p ${level(ratio)}`,
  ].join('\n');
}
