import { compareRuns } from '@visavox/core/run-comparison';
import { pairs } from '../pairs.ts';
import type { CommandPlugin } from '../plugin.ts';
import { compareRunsCommand, describeComparison, differencesOf } from './compare-runs.ts';
import { describe, inBrief } from './describe-run.ts';
import { editRun } from './edit-run.ts';
import { followLogs, readLog } from './follow-logs.ts';
import { exitOfStopped, follow, getRun } from './follow-run.ts';
import { listRuns } from './list-runs.ts';
import { runArtifacts } from './run-artifacts.ts';
import { addSubmissionOptions, onEngine, type SubmissionOptions, submissionOf } from './submission.ts';

interface RunOptions extends SubmissionOptions {
  readonly note?: string;
  readonly tag: Readonly<Record<string, string>>;
  readonly detach?: boolean;
}

export const runCommands: CommandPlugin = (program, context) => {
  addSubmissionOptions(program.command('run'))
    .option('--name <name>', 'what to call the run')
    .option('--note <text>', 'what to say about it')
    .option('--tag <key=value>', 'to find it by; repeat for more', pairs('tag'), {})
    .option('--detach', 'print the id of the run and return at once')
    .description('run a pipeline and follow it')
    .action(async (file: string, options: RunOptions, command) => {
      const { request, submit, result, log, err } = context(command);
      const { withLine, ...submission } = await submissionOf(file, options, { request, log });
      const { RunStarted } = await import('@visavox/api/schemas');
      const asked = { ...submission, note: options.note, tags: options.tag };
      const { id } = RunStarted.parse(
        await submit('/api/v1/runs', asked).catch((error: unknown) => {
          throw withLine(error);
        }),
      );
      log(`run ${id}`);
      const { run, stopped } = options.detach
        ? { run: await getRun(request, id), stopped: false }
        : await follow(id, { request, lines: err });
      if (stopped) process.exitCode = exitOfStopped;
      else if (run.state === 'failed' || run.state === 'canceled') process.exitCode = 1;
      result(run, stopped ? `run ${id} is ${run.state}` : describe(run));
    });

  const runs = program.command('runs').description('pipeline runs');
  listRuns(runs, context);
  editRun(runs, context);
  runs
    .command('show')
    .argument('<run>', 'its id, the beginning of it, or its name')
    .description('a run: what it is pinned to and its tasks')
    .action(async (id: string, _options, command) => {
      const { request, result } = context(command);
      const run = await getRun(request, id);
      result(run, describe(run));
    });
  runs
    .command('watch')
    .argument('<run>', 'its id, the beginning of it, or its name')
    .option('--task <name>', 'this task alone')
    .description('follow a run until it ends: its tasks, and what each step of theirs logs')
    .action(async (id: string, { task }: { task?: string }, command) => {
      const { request, result, json, out, err } = context(command);
      const { run, curves, stopped } = await follow(id, { request, lines: json ? err : out, task });
      if (stopped) process.exitCode = exitOfStopped;
      else if (run.state === 'failed' || run.state === 'canceled') process.exitCode = 1;
      result({ ...run, curves }, `run ${id} ${run.state}${run.reason ? `: ${inBrief(run.reason)}` : ''}`);
    });
  runs
    .command('logs')
    .argument('<run>', 'its id, the beginning of it, or its name')
    .argument('[task]', 'all tasks when not given')
    .option('-f, --follow', 'go on printing what they write until the run is over')
    .description('what the tasks of a run wrote')
    .action(async (id: string, task: string | undefined, { follow: on }: { follow?: boolean }, command) => {
      const { request, result, json, out, err } = context(command);
      if (on) {
        const followed = await followLogs(id, { request, lines: json ? err : out, task });
        const { run, stopped } = followed;
        if (stopped) process.exitCode = exitOfStopped;
        else if (run.state !== 'succeeded') process.exitCode = 1;
        if (json) result(followed.logs, '');
        else err.write(stopped ? `run ${id} goes on` : describe(run));
        return;
      }
      const names = task ? [task] : (await getRun(request, id)).tasks.map((one) => one.name);
      const logs = await Promise.all(
        names.map(async (name) => ({
          task: name,
          log: await readLog(request, id, name),
        })),
      );
      result(logs, logs.map((one) => `== ${one.task}\n${one.log}`).join('\n'));
    });
  runs
    .command('export')
    .argument('<run>', 'its id, the beginning of it, or its name')
    .argument('<output>', 'what a task made, as TASK/OUTPUT')
    .argument('<path>', 'where to: a file, or a folder where it is one')
    .description('write what a task of a run made to this machine')
    .action(async (run: string, output: string, path: string, _options, command) => {
      const { request, stream, result } = context(command);
      const { exportOutput } = await import('./export-output.ts');
      const files = await exportOutput({ run, output }, path, { request, stream });
      result({ run, output, files }, files.join('\n'));
    });
  runArtifacts(runs, context);
  compareRunsCommand(runs, context);
  runs
    .command('reproduce')
    .argument('<run>', 'its id, the beginning of it, or its name')
    .addOption(onEngine('where to run it; where the run was made unless given'))
    .description('run it anew, nothing from the cache, and say whether everything came out the same')
    .action(async (of: string, { on }: Pick<RunOptions, 'on'>, command) => {
      const { request, result, log, err } = context(command);
      const original = await getRun(request, of);
      const path = `/api/v1/runs/${encodeURIComponent(of)}/reproduce`;
      const { RunStarted } = await import('@visavox/api/schemas');
      const { id } = RunStarted.parse(await request('POST', path, { engine: on ?? original.engine }));
      log(`run ${id} reproduces ${of}`);
      const { run, stopped } = await follow(id, { request, lines: err });
      if (stopped) {
        process.exitCode = exitOfStopped;
        result({ run: id, reproduces: of, identical: null, differences: [] }, 'The runs were not compared.');
        return;
      }
      const comparison = compareRuns(original, run);
      const differences = differencesOf(comparison);
      result(
        { run: id, reproduces: of, identical: comparison.identical, differences },
        describeComparison(comparison),
      );
      if (!comparison.identical) process.exitCode = 1;
    });
  for (const [name, description] of [
    ['cancel', 'stop a run; what is finished stays'],
    ['resume', 'continue a failed or canceled run where it stopped'],
  ] as const) {
    runs
      .command(name)
      .argument('<run>', 'its id, the beginning of it, or its name')
      .description(description)
      .action(async (id: string, _options, command) => {
        const { request, result } = context(command);
        await request('POST', `/api/v1/runs/${encodeURIComponent(id)}/${name}`);
        const run = await getRun(request, id);
        result(run, `run ${id} is ${run.state}`);
      });
  }
};
