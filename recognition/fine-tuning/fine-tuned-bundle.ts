import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BundleFiles } from '@visavox/core/bundle';
import { SystemError } from '@visavox/core/errors';
import { bundleDigest } from '@visavox/core/model';
import { z } from 'zod';
import { type Bundle, recogniserBundle, VOICE_ADAPTER } from '../bundle.ts';
import { headWeightsFile } from '../bundle-parts.ts';
import { runProgram } from '../run-program.ts';
import { Calibration } from '../signals/calibration.ts';
import { recordingsFile, type SpokenRecording } from './recordings.ts';

const Figures = z.object({
  clear_min_cllr: z.number().nullable(),
  degraded_min_cllr: z.number().nullable(),
  clear_eer: z.number().nullable(),
  degraded_eer: z.number().nullable(),
});
/** What fine-tuning says of itself. */
export const FineTuningReport = z.object({
  kept: z.boolean(),
  reason: z.string(),
  people: z.number().int(),
  recordings: z.number().int(),
  start: Figures.optional(),
  end: Figures.optional(),
});
export type FineTuningReport = z.infer<typeof FineTuningReport>;

export interface FineTuningContext {
  /** The published voice network as a Keras model: the teacher, and where the first fine-tuning starts. */
  readonly network: Uint8Array;
  readonly seed: number;
  /** With a Python on its PATH that finds `visavox_training`. */
  readonly environment: NodeJS.ProcessEnv;
  readonly log: (line: string) => void;
}

/**
 * The champion with its voice network fine-tuned to these recordings, all of them clear; null where that gained too little on people who
 * were not learned from. Heads and calibration are the champion's, for training to start from.
 */
export async function fineTunedBundle(
  champion: BundleFiles,
  recordings: readonly SpokenRecording[],
  context: FineTuningContext,
): Promise<{ readonly bundle: Bundle | null; readonly report: FineTuningReport }> {
  const file = (path: string) => {
    const bytes = champion.files.get(path);
    if (!bytes) throw new SystemError(`the bundle has no ${path}`);
    return bytes;
  };
  // Not an artifact: these are recordings, and they are gone when this is over.
  const folder = await mkdtemp(join(tmpdir(), 'visavox-fine-tuning-'));
  const at = (name: string) => join(folder, name);
  try {
    await writeFile(at('network.keras'), context.network);
    await writeFile(at('recordings.safetensors'), recordingsFile(recordings));
    await writeFile(at('serving.onnx'), file('voice-backbone.onnx'));
    const adapter = champion.files.get(VOICE_ADAPTER);
    if (adapter) await writeFile(at('adapter.safetensors'), adapter);
    const { code, said } = await runProgram(
      'python',
      [
        ...['-m', 'visavox_training.fine_tuning'],
        ...['--backbone', at('network.keras'), '--recordings', at('recordings.safetensors')],
        ...['--serving', at('serving.onnx'), ...(adapter ? ['--adapter', at('adapter.safetensors')] : [])],
        ...[
          '--out-onnx',
          at('out.onnx'),
          '--out-adapter',
          at('out.safetensors'),
          '--metrics',
          at('report.json'),
        ],
        ...['--seed', String(context.seed)],
      ],
      { env: context.environment, onLine: context.log },
    );
    if (code !== 0) throw new SystemError(`fine-tuning the voice network ended with ${code}: ${said}`);
    const report = FineTuningReport.parse(JSON.parse(await readFile(at('report.json'), 'utf8')));
    if (report.kept) return { bundle: null, report };
    const networks = new Map(champion.files);
    networks.set('voice-backbone.onnx', await readFile(at('out.onnx')));
    networks.set(VOICE_ADAPTER, await readFile(at('out.safetensors')));
    const known = Backbones.parse(champion.manifest.properties).backbones;
    const { people, recordings: learnedFrom } = report;
    const bundle = await recogniserBundle(networks, {
      calibration: Calibration.parse(JSON.parse(Buffer.from(file('calibration.json')).toString('utf8'))),
      parent: bundleDigest(champion.manifest),
      backbones: { ...known, voice: { ...known?.voice, fineTuned: { people, recordings: learnedFrom } } },
      headWeights: {
        face: champion.files.get(headWeightsFile('face')),
        voice: champion.files.get(headWeightsFile('voice')),
      },
    });
    return { bundle, report };
  } finally {
    await rm(folder, { recursive: true });
  }
}

const Backbones = z.object({
  backbones: z
    .object({ voice: z.record(z.string(), z.unknown()).optional() })
    .catchall(z.unknown())
    .optional(),
});
