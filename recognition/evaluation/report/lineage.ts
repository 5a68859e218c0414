import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BundleFiles } from '@visavox/core/bundle';
import { SystemError } from '@visavox/core/errors';
import { bundleDigest } from '@visavox/core/model';
import { z } from 'zod';
import { Calibration } from '../../signals/calibration.ts';
import type { Lineage } from './figures.ts';

/** What set-up wrote down about each network that it converted. */
const Described = z.array(
  z.object({
    file: z.string().optional(),
    digest: z.string(),
    licence: z.string(),
    source: z.object({ package: z.string(), version: z.string() }),
  }),
);
export type Described = z.infer<typeof Described>;

/** Nothing is known of networks where set-up did not run. */
export async function describedNetworks(folder: string): Promise<Described> {
  const text = await readFile(join(folder, 'networks.json'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '[]';
    throw error;
  });
  return Described.parse(JSON.parse(text));
}

/** What a bundle says of itself, with what is known of its networks. */
export function lineageOf(
  { manifest, files }: BundleFiles,
  described: Described,
): Pick<Lineage, 'bundle' | 'parent' | 'networks' | 'calibration'> {
  const bytes = files.get('calibration.json');
  if (!bytes) throw new SystemError('the bundle has no calibration.json');
  const { decision, measured } = Calibration.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  const plugged = Plugged.parse(manifest.properties).backbones ?? {};
  return {
    bundle: bundleDigest(manifest),
    parent: manifest.parent,
    calibration: { on: measured.on, how: measured.how, ...decision },
    networks: manifest.files
      .filter(({ path }) => path.endsWith('.onnx'))
      .map(({ path, digest }) => {
        const name = path.replace(/\.onnx$/, '');
        const known = described.find((one) => one.digest === digest);
        const own = Object.entries(plugged).find(([modality]) => name === `${modality}-backbone`)?.[1];
        const published = described.find(({ file }) => file === path);
        if (own?.fineTuned) return { name, digest, ...fineTunedFrom(published, own.fineTuned) };
        return {
          name,
          digest,
          source: own?.source ?? (known ? packageOf(known) : trainedOrUnknown(name)),
          licence: own?.licence ?? known?.licence ?? '-',
        };
      }),
  };
}

const trainedOrUnknown = (name: string) => (name.endsWith('-head') ? 'trained here' : 'not described here');

const packageOf = ({ source }: Described[number]) => `${source.package} ${source.version}`;

function fineTunedFrom(
  published: Described[number] | undefined,
  { people, recordings }: { people: number; recordings: number },
): { source: string; licence: string } {
  const from = published ? packageOf(published) : 'the published network';
  return {
    source: `${from}, fine-tuned here to ${recordings} recordings of ${people} people`,
    licence: published?.licence ?? '-',
  };
}

/** What a backbone says of itself that an operator plugged in; of the published ones set-up knows it. */
const Plugged = z.object({
  backbones: z
    .record(
      z.string(),
      z.looseObject({
        source: z.string().optional(),
        licence: z.string().optional(),
        fineTuned: z.object({ people: z.number(), recordings: z.number() }).optional(),
      }),
    )
    .optional(),
});
