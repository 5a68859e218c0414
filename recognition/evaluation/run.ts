import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf, UserError } from '@visavox/core/errors';
import { bundleDigest } from '@visavox/core/model';
import { fetchBundle, knownFile } from 'visavox/model-bundle';
import type { CommandContext } from 'visavox/plugin';
import { Transport } from 'visavox/transport';
import { type Bundle, publishedBundle } from '../bundle.ts';
import { Recogniser } from '../recogniser.ts';
import { acquire } from './acquisition.ts';
import { evaluate, type Material } from './evaluate.ts';
import { type Comparison, readFacePairs, readVoiceTrials } from './lists.ts';
import { evaluationTable } from './report.ts';

export interface EvaluationOptions {
  readonly faces: string;
  readonly voices: string;
  readonly root: string;
  readonly model?: string | undefined;
  readonly networks?: string | undefined;
  readonly seed: number;
  readonly cache: boolean;
}

const PROJECT = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');

export async function runEvaluation(options: EvaluationOptions, context: CommandContext): Promise<void> {
  const pairs = readFacePairs(await readList(options.faces), options.faces);
  const trials = readVoiceTrials(await readList(options.voices), options.voices);
  const networks = options.networks ?? join(PROJECT, '.visavox', 'setup', 'networks');
  const { manifest, files } = options.model
    ? await registeredBundle(options.model, context)
    : await publishedBundle(networks);
  const recogniser = await Recogniser.load(manifest, files);
  const material = async (
    modality: 'face' | 'voice',
    comparisons: readonly Comparison[],
  ): Promise<Material> => ({
    comparisons,
    acquired: await acquire(
      recogniser,
      manifest,
      modality,
      comparisons.flatMap((one) => [...one.enrolled, one.probe]),
      {
        root: options.root,
        cache: options.cache ? join(PROJECT, '.visavox', 'cache', 'features') : null,
        lanes: Math.min(4, availableParallelism()),
        onProgress: progress(modality === 'face' ? 'faces' : 'voices'),
      },
    ),
  });
  try {
    const faces = await material('face', pairs);
    const voices = await material('voice', trials);
    const evaluation = await evaluate(recogniser, { faces, voices, seed: options.seed });
    const value = {
      model: options.model ?? 'published',
      bundle: bundleDigest(manifest),
      seed: options.seed,
      ...evaluation,
    };
    context.result(value, evaluationTable(evaluation));
  } finally {
    await recogniser.close();
  }
}

/** Asks the server for the files of `recogniser:N`, or of `N`. */
async function registeredBundle(reference: string, { server, token }: CommandContext): Promise<Bundle> {
  const version = Number(/^(?:recogniser:)?(\d+)$/.exec(reference)?.[1]);
  if (Number.isNaN(version))
    throw new UserError({
      kind: 'invalid',
      code: 'misuse',
      message: `"${reference}" is no version of the recogniser`,
      action: 'Name one as recogniser:2; `visavox models list` has them.',
    });
  return fetchBundle(new Transport({ server, token, patienceSeconds: 10 }), version, knownFile);
}

async function readList(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new UserError({
      kind: 'not-found',
      code: 'list_missing',
      message: `${path} cannot be read: ${messageOf(cause)}`,
      action: 'Check the path of the list.',
      cause,
    });
  }
}

/** One line that is overwritten, on a terminal only. */
function progress(what: string): (done: number, total: number) => void {
  const { stderr } = process;
  if (!stderr.isTTY) return () => {};
  let shown = 0;
  return (done, total) => {
    if (done < total && Date.now() - shown < 200) return;
    shown = Date.now();
    stderr.write(`\r${what}: ${done} of ${total} recordings${done === total ? '\n' : ''}`);
  };
}
