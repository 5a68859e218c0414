import { join } from 'node:path';
import { UserError } from '@visavox/core/errors';
import type { RunRecord } from '@visavox/core/run';
import { isDataset } from '@visavox/pipelines/artifacts';
import type { Command } from 'commander';
import type { CommandContext } from '../plugin.ts';
import { table } from '../table.ts';
import { exportOutput } from './export-output.ts';
import { getRun } from './follow-run.ts';

/** `visavox runs artifacts` and `download`: what the tasks of a run made. */
export function runArtifacts(runs: Command, context: (command: Command) => CommandContext): void {
  runs
    .command('artifacts')
    .argument('<run>', 'its id, the beginning of it, or its name')
    .description('what the tasks of a run made: type, size, digest')
    .action(async (id: string, _options, command: Command) => {
      const { request, result } = context(command);
      const artifacts = artifactsOf(await getRun(request, id));
      const rows = artifacts.map(({ output, type, bytes, digest }) => [output, type, bytes, digest]);
      result({ artifacts }, table(['output', 'type', 'bytes', 'digest'], rows));
    });
  runs
    .command('download')
    .argument('<run>', 'its id, the beginning of it, or its name')
    .argument('<folder>', 'where to: each output becomes FOLDER/TASK/OUTPUT')
    .option('--output <task/output...>', 'these alone')
    .description(
      'write what the tasks of a run made to this machine; "runs export" writes one of them elsewhere',
    )
    .action(
      async (id: string, folder: string, { output }: { output?: readonly string[] }, command: Command) => {
        const { request, stream, result, log } = context(command);
        const run = await getRun(request, id);
        const wanted = chosen(artifactsOf(run), output);
        const files: string[] = [];
        for (const [index, { output }] of wanted.entries()) {
          log(`${index + 1} of ${wanted.length}: ${output}`);
          const to = { run: run.id, output };
          files.push(...(await exportOutput(to, join(folder, output), { request, stream })));
        }
        result({ run: run.id, files }, files.join('\n'));
      },
    );
}

interface Artifact {
  /** As TASK/OUTPUT. */
  readonly output: string;
  readonly type: string;
  readonly bytes: number;
  readonly digest: string;
}

/** Dataset versions were there before: "visavox data export" writes them. */
function artifactsOf({ tasks }: RunRecord): Artifact[] {
  return tasks.flatMap(({ name, outputs }) =>
    Object.entries(outputs.artifacts).flatMap(([output, [artifact]]) => {
      if (!artifact || isDataset(artifact)) return [];
      const { type, bytes, digest } = artifact;
      return [{ output: `${name}/${output}`, type, bytes, digest }];
    }),
  );
}

function chosen(artifacts: readonly Artifact[], wanted: readonly string[] | undefined): readonly Artifact[] {
  const missing = wanted?.find((name) => artifacts.every(({ output }) => output !== name));
  if (missing === undefined)
    return wanted ? artifacts.filter(({ output }) => wanted.includes(output)) : artifacts;
  const names = artifacts.map(({ output }) => output).join(', ');
  throw new UserError({
    kind: 'not-found',
    code: 'unknown_output',
    message: `the run made nothing called ${missing}`,
    action: names ? `It made ${names}.` : 'It made no artifacts.',
  });
}
