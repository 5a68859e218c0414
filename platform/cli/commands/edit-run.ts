import { UserError } from '@visavox/core/errors';
import type { RunAnnotationChanges } from '@visavox/core/run-summary';
import type { Command } from 'commander';
import { collected, pairs } from '../pairs.ts';
import type { CommandContext } from '../plugin.ts';
import { describe } from './describe-run.ts';

interface EditOptions {
  readonly name?: string | false;
  readonly note?: string | false;
  readonly tag: Readonly<Record<string, string>>;
  readonly untag: readonly string[];
}

export function editRun(runs: Command, context: (command: Command) => CommandContext): void {
  runs
    .command('edit')
    .argument('<run>', 'its id, the beginning of it, or its name')
    .option('--name <name>', 'what to call it')
    .option('--no-name', 'take its name away')
    .option('--note <text>', 'what to say about it')
    .option('--no-note', 'take its note away')
    .option('--tag <key=value>', 'give it this tag; repeat for more', pairs('tag'), {})
    .option('--untag <key>', 'take this tag away; repeat for more', collected, [])
    .description('name, note and tags of a run')
    .action(async (run: string, { name, note, tag, untag }: EditOptions, command: Command) => {
      const { request, result } = context(command);
      const changes: RunAnnotationChanges = {
        ...(wasGiven(command, 'name') && { name: name || null }),
        ...(wasGiven(command, 'note') && { note: note || null }),
        tags: { ...Object.fromEntries(untag.map((key) => [key, null])), ...tag },
      };
      if (Object.keys(changes).length === 1 && Object.keys(changes.tags ?? {}).length === 0)
        throw new UserError({
          kind: 'invalid',
          code: 'misuse',
          message: 'nothing is to be changed',
          action: 'Give --name, --note, --tag or --untag.',
        });
      const { RunDetails } = await import('@visavox/api/schemas');
      const path = `/api/v1/runs/${encodeURIComponent(run)}`;
      const changed = RunDetails.parse(await request('PATCH', path, changes));
      result(changed, describe(changed));
    });
}

function wasGiven(command: Command, option: string): boolean {
  return command.getOptionValueSource(option) === 'cli';
}
