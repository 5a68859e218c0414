import type { ExperimentDetails } from '@visavox/api/experiment-schemas';
import { Option } from 'commander';
import type { z } from 'zod';
import type { CommandContext, CommandPlugin } from '../plugin.ts';
import { sparkline } from '../sparkline.ts';
import { table } from '../table.ts';
import { shortId } from './list-runs.ts';

type Details = z.infer<typeof ExperimentDetails>;
type Path = NonNullable<Details['path']>;

const sparkWidth = 24;

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
      const rows = answer.experiments.map(({ id, model, environment, kind, people, state, ...one }) => [
        ...[id, model, environment, kind, people, state],
        ...[one.decision?.outcome, one.createdAt.slice(0, 19)],
      ]);
      result(
        answer,
        table(['experiment', 'model', 'environment', 'kind', 'people', 'state', 'outcome', 'begun'], rows),
      );
    });
  experiments
    .command('show')
    .argument('<experiment>')
    .description('what it says so far; one may look at any time')
    .action(async (id: string, _options, command) => {
      const { request, result } = context(command);
      const { path, ...found } = await parsed(request('GET', `${addressOf(id)}?path=true`));
      result(found, [described(found), ...(path ? [wentBy(found, path)] : [])].join('\n\n'));
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
      ['arm', 'version', 'release', 'people', 'attempts'],
      arms.map(({ arm, version, release, people, attempts }) => [
        ...[arm, version, shortId(release), people, attempts],
      ]),
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

/** How the evidence of each error went, from none to what decides. */
function wentBy({ metrics }: Details, path: Path): string {
  const sides = ['e', 'harm', 'notInferior'] as const;
  const rows = metrics.flatMap(({ name, bounds }) => {
    const points = path.metrics.find((one) => one.name === name)?.points ?? [];
    const picture = (side: (typeof sides)[number]) => {
      const bound = bounds[side];
      if (bound === null) return 'decides nothing';
      const logs = points.map((point) => Math.log(point[side]));
      // The last of eight levels begins at the bound.
      return sparkline(logs, sparkWidth, { from: 0, to: (Math.log(bound) * 8) / 7 });
    };
    return points.length < 2 ? [] : [[name, ...sides.map(picture)]];
  });
  if (rows.length === 0) return 'No evidence yet: fewer than two outcomes were told.';
  return [
    'How the evidence went; █ decides:',
    '',
    table(['error', 'fewer', 'more', 'not inferior'], rows),
  ].join('\n');
}
