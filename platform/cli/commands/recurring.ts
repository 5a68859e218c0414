import type { CommandPlugin } from '../plugin.ts';
import { table } from '../table.ts';
import { shortId } from './list-runs.ts';

/** `visavox pipelines`: those that the project declares to run by themselves. */
export const recurringCommands: CommandPlugin = (program, context) => {
  const pipelines = program
    .command('pipelines')
    .description('pipelines that the project declares to run by themselves ("pipelines" in visavox.config)');
  pipelines
    .command('list')
    .description('their triggers, newest runs, and when they run next')
    .action(async (_options, command) => {
      const { request, result } = context(command);
      const { RecurringPipelines } = await import('@visavox/api/recurring-routes');
      const answer = RecurringPipelines.parse(await request('GET', '/api/v1/pipelines'));
      const rows = answer.pipelines.map(({ name, triggers, paused, run, next, trouble }) => [
        ...[name, triggers.join(', ') || 'by hand alone', paused ? 'paused' : (next?.slice(0, 16) ?? '')],
        ...[run === null ? '' : shortId(run), trouble ?? ''],
      ]);
      result(answer, table(['pipeline', 'triggers', 'next', 'newest run', 'trouble'], rows));
    });
  pipelines
    .command('run')
    .argument('<name>')
    .description('run one now, whatever its triggers say')
    .action(async (name: string, _options, command) => {
      const { request, result } = context(command);
      const { RecurringRun } = await import('@visavox/api/recurring-routes');
      const begun = RecurringRun.parse(await request('POST', `${addressOf(name)}/run`));
      const told = begun.started ? 'begun' : 'under way already';
      result(begun, `run ${begun.run} is ${told}; "visavox runs watch ${shortId(begun.run)}" follows it`);
    });
  for (const [word, paused, description] of [
    ['pause', true, 'nothing of it begins by itself; what runs is finished'],
    ['resume', false, 'let it run by itself again; what came due meanwhile is made up for once'],
  ] as const)
    pipelines
      .command(word)
      .argument('<name>')
      .description(description)
      .action(async (name: string, _options, command) => {
        const { request, result } = context(command);
        const { RecurringPipeline } = await import('@visavox/api/recurring-routes');
        const now = RecurringPipeline.parse(await request('PATCH', addressOf(name), { paused }));
        const next = now.next === null ? '' : `, next at ${now.next}`;
        result(now, now.paused ? `${name} is paused` : `${name} runs by itself${next}`);
      });
};

function addressOf(name: string): string {
  return `/api/v1/pipelines/${encodeURIComponent(name)}`;
}
