import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { bundleDigest } from '@visavox/core/model';
import type { CommandContext } from 'visavox/plugin';
import type { Modality } from '../bundle-parts.ts';
import { Recogniser } from '../recogniser.ts';
import { evaluate, type Material } from './evaluate.ts';
import { readLabels } from './lists.ts';
import {
  acquireFor,
  enrolledBeside,
  type MaterialOptions,
  type ModelOptions,
  modelOf,
  networksOf,
  readList,
  readLists,
  recordingsIn,
} from './material.ts';
import { moreImpostors } from './more-impostors.ts';
import { figuresOf, type ReportFigures } from './report/figures.ts';
import { reportFiles } from './report/files.ts';
import { describedNetworks, lineageOf } from './report/lineage.ts';
import { decisionTable, evaluationTable, slicesTable } from './table.ts';

export interface EvaluationOptions extends MaterialOptions, ModelOptions {
  readonly seed: number;
  /** So many impostor comparisons besides those listed. */
  readonly impostors: number;
  /** A CSV file with what else is known of people: a column for each label. */
  readonly speakers?: string | undefined;
  /** The folder for a report on the figures. */
  readonly report?: string | undefined;
}

export async function runEvaluation(options: EvaluationOptions, context: CommandContext): Promise<void> {
  const lists = await readLists(options);
  const labels = options.speakers
    ? readLabels(await readList(options.speakers), options.speakers)
    : new Map();
  const { model, manifest, files } = await modelOf(options, context);
  const recogniser = await Recogniser.load(manifest, files);
  const material = async (modality: Modality): Promise<Material> => ({
    comparisons: [...lists[modality], ...moreImpostors(lists[modality], options.impostors, options.seed)],
    acquired: await acquireFor({ recogniser, manifest }, modality, recordingsIn(lists[modality]), {
      ...options,
      ...(recogniser.calibration[modality].copies ? { copiesOf: enrolledBeside(modality) } : {}),
    }),
  });
  try {
    const faces = await material('face');
    const voices = await material('voice');
    const { evaluation, scored } = await evaluate(recogniser, { faces, voices, seed: options.seed, labels });
    const sets = {
      faces: figuresOf(scored.faces),
      voices: figuresOf(scored.voices),
      fused: figuresOf(scored.fused),
    };
    const written = options.report
      ? await writeReport(options.report, {
          format: 1,
          lineage: {
            ...lineageOf({ manifest, files }, await describedNetworks(networksOf(options))),
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
      [
        evaluationTable(evaluation),
        decisionTable(evaluation),
        slicesTable(sets),
        ...written.map((file) => `wrote ${file}`),
      ].join('\n\n'),
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
