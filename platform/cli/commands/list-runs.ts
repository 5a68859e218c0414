import { RunState } from '@visavox/core/run';
import { type Command, Option } from 'commander';
import { collected } from '../pairs.ts';
import type { CommandContext } from '../plugin.ts';
import { seconds, table } from '../table.ts';

interface ListOptions {
  readonly pipeline?: string;
  readonly state?: RunState;
  readonly tag: readonly string[];
  readonly sweep?: string;
  readonly find?: string;
  readonly metric: readonly string[];
  readonly sort?: string;
  readonly order?: 'asc' | 'desc';
  readonly start?: string;
  readonly limit: string;
}

/** Enough of an id to tell runs apart, which every command takes in its place. */
export function shortId(id: string): string {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-/.test(id) ? id.slice(0, 8) : id;
}

export function listRuns(runs: Command, context: (command: Command) => CommandContext): void {
  runs
    .command('list')
    .option('--pipeline <name>', 'of this pipeline')
    .addOption(new Option('--state <state>', 'in this state').choices(RunState.options))
    .option('--tag <key=value>', 'with this tag; repeat for more, which are all to hold', collected, [])
    .option('--sweep <id>', 'the trials of a sweep')
    .option('--find <text>', 'with this in the id, the name, the note or the name of the pipeline')
    .option('--metric <name>', 'a column with this metric; repeat for more', collected, [])
    .option('--sort <metric>', 'by this metric, the highest first; newest first unless given')
    .addOption(new Option('--order <order>', 'of the metric').choices(['asc', 'desc']))
    .option('--start <n>', 'leave out the first n')
    .option('--limit <n>', 'this many at most', '50')
    .description('runs, newest first or by a metric')
    .addHelpText(
      'after',
      '\nThe best five of a pipeline by their accuracy:\n  visavox runs list --pipeline iris --sort accuracy --limit 5',
    )
    .action(async (options: ListOptions, command) => {
      const { request, result, log } = context(command);
      const { Runs } = await import('@visavox/api/schemas');
      const { tag, metric, ...wish } = options;
      const query = new URLSearchParams(Object.entries(wish));
      for (const one of tag) query.append('tag', one);
      const page = Runs.parse(await request('GET', `/api/v1/runs?${query}`));
      const metrics = [...new Set([...(options.sort === undefined ? [] : [options.sort]), ...metric])];
      const anyNamed = page.runs.some(({ name }) => name !== undefined);
      result(
        page,
        table(
          ['run', ...(anyNamed ? ['name'] : []), 'pipeline', 'state', ...metrics, 'why', 'started', 'took'],
          page.runs.map((run) => [
            shortId(run.id),
            ...(anyNamed ? [run.name] : []),
            run.pipeline,
            run.state,
            ...metrics.map((one) => inFigures(run.metrics[one])),
            run.trigger,
            run.createdAt.slice(0, 19),
            seconds(run.createdAt, run.finishedAt),
          ]),
        ),
      );
      const shown = Number(options.start ?? 0) + page.runs.length;
      if (shown < page.total) log(`${page.runs.length} of ${page.total}; the next ones: --start ${shown}`);
    });
}

/** As many figures as people compare. */
export function inFigures(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Number(value.toPrecision(5));
}
