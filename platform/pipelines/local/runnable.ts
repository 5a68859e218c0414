import { existsSync } from 'node:fs';
import type { CodeManifest } from '@visavox/core/code';
import { UserError } from '@visavox/core/errors';
import { z } from 'zod';
import { normal } from '../code/sources.ts';
import { pipPrelude } from '../environments/pip-prelude.ts';
import { findProgram } from '../environments/tool.ts';
import type { IrContainer, PipelineSpec } from '../ir.ts';
import { at } from '../place.ts';
import { claimTask } from './claim-tasks.ts';
import { isOwnImage } from './image-shell.ts';

/**
 * Holds the commands of a pipeline against this machine, which starts them as processes: what only an image says or has
 * cannot be started. Throws a UserError that names executor and image. What a script calls is seen when it runs.
 */
export async function requireCommands(spec: PipelineSpec, path: string): Promise<void> {
  for (const [label, { container }] of Object.entries(spec.deploymentSpec.executors)) {
    if (!container || claimTask(container)) continue;
    const own = spec.platforms?.visavox?.deploymentSpec.executors[label]?.environment !== undefined;
    const fault = await commandFault(label, container, { path, own });
    if (fault) throw at(['deploymentSpec', 'executors', label, 'container'], fault);
  }
}

const PipelineConfig = z.looseObject({
  workspace: z.unknown().optional(),
  // How long Kubernetes keeps what it knew of a run; here it is kept.
  resourceTtlOnCompletion: z.unknown().optional(),
  resourceTtlOnSuccess: z.unknown().optional(),
  resourceTtlOnFailure: z.unknown().optional(),
});

/** Holds what a pipeline asks of its platform as a whole against this machine. */
export function requirePipelineConfig({ platforms }: PipelineSpec): void {
  const config = PipelineConfig.parse(platforms?.kubernetes?.pipelineConfig ?? {});
  const [setting] = Object.keys(config).filter((name) => !(name in PipelineConfig.shape));
  if (setting === undefined) return;
  const error = new UserError({
    kind: 'invalid',
    code: 'setting_unsupported',
    message: `The pipeline has the setting ${setting} for its platform, which cannot be used here: this machine has no such thing.`,
    action: 'Take the setting out of the pipeline, or run it on Kubeflow with --on kubeflow.',
  });
  throw at(['platforms', 'kubernetes', 'pipelineConfig', setting], error);
}

async function commandFault(
  label: string,
  { image = '', command = [], args = [] }: IrContainer,
  { path, own }: { readonly path: string; readonly own: boolean },
): Promise<UserError | undefined> {
  if (/(^|\/)google-cloud-pipeline-components[:@]/.test(image))
    return onlyInImage(label, image, 'submits a job to Vertex AI');
  const prelude = pipPrelude(command);
  const words = prelude?.command ?? command;
  const [program] = words;
  if (program === undefined || program === '')
    return onlyInImage(label, image, 'has no command: only its image says what to run');
  // What it runs is of the project, and is there once its code is.
  if (isOwnImage(image)) return undefined;
  if (runsFunctionOfImage(words))
    return onlyInImage(label, image, 'runs a function of Python that is in its image');
  if (/\{\{\$|^\{"/.test(program)) return undefined;
  if (program.startsWith('/'))
    return existsSync(program)
      ? undefined
      : onlyInImage(label, image, `runs ${program}, which is not on this machine`);
  const missing = await missingInScript([...words, ...args], path);
  if (missing && !prelude && !own)
    return onlyInImage(label, image, `runs ${missing} in a script, which is not on this machine`);
  if (worksOnBuckets([...words, ...args]))
    return onlyInImage(
      label,
      image,
      'has a client of object stores read an artifact by its address, which is a file here',
    );
  // Packages bring programs, and a path below the code's folder is there once the code is.
  if (prelude || own || program.includes('/')) return undefined;
  return (await findProgram(program, path)) === undefined
    ? onlyInImage(label, image, `runs ${program}, which is not on this machine`)
    : undefined;
}

const shells = /^(?:.*\/)?(?:sh|bash|ash|dash)$/;
const ownWords = new Set(
  (
    '[ [[ { ( : ! . alias bg break case cd command continue declare echo eval exec exit export false fg for function ' +
    'getopts hash if jobs let local printf pwd read readonly return set shift shopt source test time times trap true type ' +
    'typeset ulimit umask unalias unset until wait while'
  ).split(' '),
);

/** The program that a shell's script begins with, where this machine does not have it. What comes later may depend on it. */
async function missingInScript(words: readonly string[], path: string): Promise<string | undefined> {
  const [shell = '', option = '', script = ''] = words;
  if (!shells.test(shell) || !/^-[a-z]*c$/.test(option)) return undefined;
  const [first = ''] = script.trim().split(/[\s;|&]+/);
  if (!/^[A-Za-z][\w.-]*$/.test(first) || ownWords.has(first)) return undefined;
  return (await findProgram(first, path)) === undefined ? first : undefined;
}

/** `gsutil cat {{$.inputs.artifacts['data'].uri}}`: the address of an artifact is that of a file on this machine. */
function worksOnBuckets(words: readonly string[]): boolean {
  const text = words.join(' ');
  return /\b(gsutil|gcloud storage|aws s3)\b/.test(text) && /artifacts\['[^']+'\]\.uri\}\}/.test(text);
}

/** Refuses a command that runs a script which neither this machine nor the code of the run has: it is in an image. */
export function requireScripts(spec: PipelineSpec, { files, links }: CodeManifest): void {
  for (const [label, { container }] of Object.entries(spec.deploymentSpec.executors)) {
    const { image = '', command = [], args = [] } = container ?? {};
    if (isOwnImage(image)) continue;
    const [program = '', script = ''] = [...(pipPrelude(command)?.command ?? command), ...args];
    if (!/^(.*\/)?(sh|bash|python3?|node)$/.test(program) || !/^[\w./-]+\.(sh|py|[cm]?js)$/.test(script))
      continue;
    const path = normal(script);
    const isThere = script.startsWith('/')
      ? existsSync(script)
      : [...files, ...links].some((file) => path === file.path || path.startsWith(`${file.path}/`));
    if (!isThere)
      throw at(
        ['deploymentSpec', 'executors', label, 'container'],
        onlyInImage(label, image, `runs ${script}, which is not in the code of the run`),
      );
  }
}

/** A containerised component of kfp's SDK: its module is beside kfp in the image. One that is not names the file that it was written to. */
function runsFunctionOfImage(words: readonly string[]): boolean {
  return words.includes('kfp.dsl.executor_main') || words.includes('kfp.components.executor_main');
}

function onlyInImage(label: string, image: string, what: string): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'image_needed',
    message: `The executor ${label} ${what}. Its image is ${image || 'not named'}, and containers are not started here.`,
    action:
      'Install what it runs, give it a command of this machine, or run it on Kubeflow with --on kubeflow.',
  });
}
