import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { objectStoreEnvironment, openOrCreateObjectStore } from '@visavox/adapters/objects/open-object-store';
import { type BundleFiles, putBundle } from '@visavox/core/bundle';
import { SystemError } from '@visavox/core/errors';
import { z } from 'zod';
import { type Bundle, recogniserBundle } from '../bundle.ts';
import { headWeightsFile, type Modality, modalities } from '../bundle-parts.ts';
import { calibrate, trainHead } from '../components.ts';
import { encodeFeatureTable, type FeatureTable } from '../feature-table.ts';
import { Calibration } from '../signals/calibration.ts';
import { runComponent } from './run-component.ts';

export interface Retrained {
  readonly bundle: Bundle;
  /** What training said of each head: whether the champion's stays, and why. */
  readonly heads: Readonly<Record<Modality, HeadReport>>;
}

const HeadReport = z.object({
  kept: z.boolean(),
  reason: z.string(),
  people: z.number().int(),
  recordings: z.number().int(),
  copies: z.number().int(),
});
export type HeadReport = z.infer<typeof HeadReport>;

/** What a run of the pipeline makes of these features: its own training of the heads, and its own calibration. */
export async function retrain(
  champion: BundleFiles,
  features: Readonly<Record<Modality, FeatureTable>>,
  { dataset, seed, log }: { dataset: string; seed: number; log: (line: string) => void },
): Promise<Retrained> {
  const folder = await mkdtemp(join(tmpdir(), 'visavox-retraining-'));
  const at = (name: string) => join(folder, name);
  try {
    for (const modality of modalities) {
      await writeFile(at(`${modality}-features`), encodeFeatureTable(features[modality]));
      const head = fileOf(champion, `${modality}-head.onnx`);
      await writeFile(at(`${modality}-champion`), head);
      const weights = champion.files.get(headWeightsFile(modality)) ?? head;
      await writeFile(at(`${modality}-champion-weights`), weights);
      await runComponent(trainHead(modality), {
        inputs: {
          features: at(`${modality}-features`),
          champion_head: at(`${modality}-champion`),
          champion_weights: at(`${modality}-champion-weights`),
          seed,
        },
        outputs: {
          head: at(`${modality}-head`),
          weights: at(`${modality}-weights`),
          crossfit: at(`${modality}-crossfit`),
          report: at(`${modality}-report`),
        },
        onLine: log,
      });
    }
    const store = { url: pathToFileURL(at('objects')).href, key: { file: at('key') } };
    const digest = await putBundle(await openOrCreateObjectStore(store), champion);
    await runComponent(calibrate, {
      inputs: {
        dataset,
        champion: digest,
        ...ofBoth((modality) => [`${modality}_features`, at(`${modality}-features`)]),
        ...ofBoth((modality) => [`${modality}_crossfit`, at(`${modality}-crossfit`)]),
      },
      outputs: { calibration: at('calibration') },
      environment: objectStoreEnvironment(store, {}),
      onLine: log,
    });
    const networks = new Map(champion.files);
    for (const modality of modalities)
      networks.set(`${modality}-head.onnx`, await readFile(at(`${modality}-head`)));
    const report = async (modality: Modality) =>
      HeadReport.parse(JSON.parse(await readFile(at(`${modality}-report`), 'utf8')));
    return {
      bundle: await recogniserBundle(networks, {
        calibration: Calibration.parse(JSON.parse(await readFile(at('calibration'), 'utf8'))),
        parent: digest,
        backbones: champion.manifest.properties.backbones,
        headWeights: {
          face: await readFile(at('face-weights')),
          voice: await readFile(at('voice-weights')),
        },
      }),
      heads: { face: await report('face'), voice: await report('voice') },
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

function ofBoth(entry: (modality: Modality) => readonly [string, string]): Record<string, string> {
  return Object.fromEntries(modalities.map(entry));
}

function fileOf({ files }: BundleFiles, path: string): Uint8Array {
  const bytes = files.get(path);
  if (!bytes) throw new SystemError(`the bundle has no ${path}`);
  return bytes;
}
