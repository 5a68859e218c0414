import { type Command, Option } from 'commander';
import { pairs } from '../pairs.ts';
import type { CommandContext } from '../plugin.ts';
import { loadPipeline } from './load-pipeline.ts';

/** What every command asks that submits a pipeline. */
export interface SubmissionOptions {
  readonly on?: string;
  readonly param: Readonly<Record<string, string>>;
  readonly cache: boolean;
  readonly code?: string | boolean;
  readonly pipeline?: string;
  readonly name?: string;
}

export function addSubmissionOptions(command: Command): Command {
  return command
    .argument('<file>', 'a pipeline: .ts (its default export), .py (the kfp SDK), or compiled .yaml / .json')
    .addOption(onEngine('where to run it; as the server is configured unless given'))
    .option(
      '--param <key=value>',
      'a parameter; repeat for more. JSON values are understood',
      pairs('param'),
      {},
    )
    .option('--pipeline <name>', 'of a .py file that has several')
    .option('--no-cache', 'run every task, even those whose result is known')
    .option('--code <folder>', "the folder that its steps run in; the pipeline's project unless given")
    .option('--no-code', 'its steps need no files of this machine');
}

/** The compiled pipeline, with the code of its steps sent: what the server is asked to run, and the line of what it refuses. */
export async function submissionOf(
  file: string,
  options: SubmissionOptions,
  { request, log }: Pick<CommandContext, 'request' | 'log'>,
) {
  const { pipelineSpec, withLine } = await loadPipeline(file, { pipeline: options.pipeline, log });
  const { sendCode } = await import('./send-code.ts');
  const code = await sendCode(file, { request, log, code: options.code });
  const parameters = Object.entries(options.param).map(([name, text]) => [name, parseValue(text)]);
  return {
    ...{ withLine, pipelineSpec, code, parameters: Object.fromEntries(parameters) },
    ...{ useCache: options.cache, engine: options.on, name: options.name },
  };
}

export const onEngine = (description: string) =>
  new Option('--on <engine>', `local, kubeflow or an engine of the project: ${description}`);

export function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
