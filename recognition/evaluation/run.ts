import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf, UserError } from '@visavox/core/errors';
import { bundleDigest } from '@visavox/core/model';
import type { CommandContext } from 'visavox/plugin';
import { publishedBundle } from '../bundle.ts';
import { Recogniser } from '../recogniser.ts';
import { acquire } from './acquisition.ts';
import { evaluate, type Material } from './evaluate.ts';
import { type Comparison, readFacePairs, readLabels, readVoiceTrials } from './lists.ts';
import { registeredBundle } from './registered-bundle.ts';
import { figuresOf, type ReportFigures } from './report/figures.ts';
import { reportFiles } from './report/files.ts';
import { describedNetworks, lineageOf } from './report/lineage.ts';
import { evaluationTable, slicesTable } from './table.ts';

export interface EvaluationOptions {
  readonly faces: string;
  readonly voices: string;
  readonly root: string;
  readonly model?: string | undefined;
  readonly networks?: string | undefined;
  readonly seed: number;
  readonly cache: boolean;
  /** A CSV file with what else is known of people: a column for each label. */
  readonly speakers?: string | undefined;
  /** The folder for a report on the figures. */
  readonly report?: string | undefined;
}

const PROJECT = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');

export async function runEvaluation(options: EvaluationOptions, context: CommandContext): Promise<void> {
  const pairs = readFacePairs(await readList(options.faces), options.faces);
  const trials = readVoiceTrials(await readList(options.voices), options.voices);
  const networks = options.networks ?? join(PROJECT, '.visavox', 'setup', 'networks');
  const labels = options.speakers
    ? readLabels(await readList(options.speakers), options.speakers)
    : new Map();
  const { manifest, files } = options.model
    ? await registeredBundle(options.model, context)
    : await publishedBundle(networks);
  const recogniser = await Recogniser.load(manifest, files);
  const material = async (
    modality: 'face' | 'voice',
    comparisons: readonly Comparison[],
  ): Promise<Material> => {
    const enrolled = comparisons.flatMap((one) => one.enrolled);
    const probes = comparisons.map((one) => one.probe);
    const how = {
      root: options.root,
      cache: options.cache ? join(PROJECT, '.visavox', 'cache', 'features') : null,
      lanes: Math.min(4, availableParallelism()),
      onProgress: progress(modality === 'face' ? 'faces' : 'voices'),
    };
    const acquired = await acquire(recogniser, manifest, modality, [...enrolled, ...probes], how);
    if (!recogniser.calibration[modality].copies) return { comparisons, acquired };
    const copies = await acquire(recogniser, manifest, modality, enrolled, { ...how, copies: true });
    return { comparisons, acquired, copies };
  };
  try {
    const faces = await material('face', pairs);
    const voices = await material('voice', trials);
    const { evaluation, scored } = await evaluate(recogniser, { faces, voices, seed: options.seed, labels });
    const model = options.model ?? 'published';
    const sets = {
      faces: figuresOf(scored.faces),
      voices: figuresOf(scored.voices),
      fused: figuresOf(scored.fused),
    };
    const written = options.report
      ? await writeReport(options.report, {
          format: 1,
          lineage: {
            ...lineageOf({ manifest, files }, await describedNetworks(networks)),
            ...{ model, seed: options.seed, dataset: null, people: null, recordings: null },
            on: `with \`visavox evaluate\` on ${basename(options.faces)} and ${basename(options.voices)}`,
          },
          sets,
          againstChampion: null,
        })
      : [];
    const slices = { faces: sets.faces.slices, voices: sets.voices.slices, fused: sets.fused.slices };
    const value = {
      model,
      bundle: bundleDigest(manifest),
      seed: options.seed,
      ...evaluation,
      slices,
      reject: { faces: sets.faces.reject, voices: sets.voices.reject, fused: sets.fused.reject },
      report: written,
    };
    context.result(
      value,
      [evaluationTable(evaluation), slicesTable(sets), ...written.map((file) => `wrote ${file}`)].join(
        '\n\n',
      ),
    );
  } finally {
    await recogniser.close();
  }
}

async function writeReport(folder: string, figures: ReportFigures): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const files = [...reportFiles(figures)];
  for (const [name, content] of files) await writeFile(join(folder, name), content);
  return files.map(([name]) => join(folder, name));
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
