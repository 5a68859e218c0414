import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson, Digest, digestOf } from '@visavox/core/digest';
import { messageOf, SystemError, UserError } from '@visavox/core/errors';
import type { BundleManifest } from '@visavox/core/model';
import { Network } from '@visavox/serving/onnx-network';
import { z } from 'zod';
import { FaceAlignmentProperties, headWeightsFile, type Modality, modalities } from './bundle-parts.ts';
import publishedCalibration from './published-calibration.json' with { type: 'json' };
import { Calibration } from './signals/calibration.ts';
import { PREPROCESSING } from './signals/signals.ts';

/** The files of every recogniser's bundle; `calibration.json` comes beside them. */
export const NETWORK_FILES = [
  'face-detector.onnx',
  'face-mesh.onnx',
  'voice-activity.onnx',
  'face-backbone.onnx',
  'face-head.onnx',
  'voice-backbone.onnx',
  'voice-head.onnx',
  'speech-spectrum.onnx',
] as const;

/** What the voice network learned here: its scales and shifts, which the next fine-tuning starts from. */
export const VOICE_ADAPTER = 'voice-adapter.safetensors';

export interface Bundle {
  readonly manifest: BundleManifest;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** The published networks as set-up converts them, with the published calibration. Equal files, equal digest. */
export async function publishedBundle(networksFolder: string): Promise<Bundle> {
  const manifest = await publishedManifest(networksFolder);
  const networks = NETWORK_FILES.map(
    async (path): Promise<[string, Uint8Array]> => [path, await readNetwork(join(networksFolder, path))],
  );
  const files = new Map(await Promise.all(networks)).set('calibration.json', encoded(publishedCalibration));
  return { manifest, files };
}

/** Its manifest alone, from what set-up wrote down; whoever takes the files in hand checks them against it. */
export async function publishedManifest(networksFolder: string): Promise<BundleManifest> {
  const described = Described.parse(
    JSON.parse(Buffer.from(await readNetwork(join(networksFolder, 'networks.json'))).toString('utf8')),
  );
  const of = (path: string) => {
    const found = described.find(({ file }) => file === path);
    if (found) return found;
    throw networkMissing(join(networksFolder, path), 'networks.json does not describe it');
  };
  const face = of('face-backbone.onnx');
  const calibration = encoded(publishedCalibration);
  return {
    format: 1,
    name: 'recogniser',
    files: [
      ...NETWORK_FILES.map((path) => ({ path, digest: of(path).digest, bytes: of(path).bytes })),
      { path: 'calibration.json', digest: digestOf(calibration), bytes: calibration.length },
    ],
    parent: null,
    properties: {
      dimension: { face: of('face-head.onnx').dimension, voice: of('voice-head.onnx').dimension },
      preprocessing: PREPROCESSING,
      backbones: {
        face: FaceAlignmentProperties.parse({ canvas: face.inputs.image?.[1], points: face.points }),
      },
    },
  };
}

/** What set-up writes down of each network, as far as it matters here. */
const Described = z.array(
  z.object({
    file: z.string(),
    digest: Digest,
    bytes: z.number().int().positive(),
    dimension: z.number().int().positive().optional(),
    inputs: z.record(z.string(), z.array(z.union([z.number(), z.string()]))),
    points: FaceAlignmentProperties.shape.points,
  }),
);

const encoded = (calibration: unknown) =>
  new TextEncoder().encode(canonicalJson(Calibration.parse(calibration)));

/** Puts a bundle together from its networks, by file name. Its dimensions are read from the heads. */
export async function recogniserBundle(
  networks: ReadonlyMap<string, Uint8Array>,
  {
    calibration,
    parent,
    backbones,
    headWeights = {},
    beside = new Map(),
  }: {
    calibration: Calibration;
    parent: BundleManifest['parent'];
    /** Of the heads among the networks that were trained: what the next training starts from. */
    headWeights?: Readonly<Partial<Record<Modality, Uint8Array | undefined>>>;
    /** Files for people, which nothing here reads. */
    beside?: ReadonlyMap<string, Uint8Array>;
    /** How faces are aligned, and what is known of networks that an operator plugged in; handed on to what is trained from them. */
    backbones?: unknown;
  },
): Promise<Bundle> {
  const files = new Map<string, Uint8Array>();
  for (const path of NETWORK_FILES) {
    const bytes = networks.get(path);
    if (!bytes) throw new SystemError(`a recogniser's bundle needs ${path}`);
    files.set(path, bytes);
  }
  files.set('calibration.json', encoded(calibration));
  const adapter = networks.get(VOICE_ADAPTER);
  if (adapter) files.set(VOICE_ADAPTER, adapter);
  for (const modality of modalities) {
    const weights = headWeights[modality];
    if (weights) files.set(headWeightsFile(modality), weights);
  }
  for (const [path, bytes] of beside) files.set(path, bytes);
  const manifest: BundleManifest = {
    format: 1,
    name: 'recogniser',
    files: [...files].map(([path, bytes]) => ({ path, digest: digestOf(bytes), bytes: bytes.length })),
    parent,
    properties: {
      dimension: {
        face: await outputWidth(files, 'face-head.onnx'),
        voice: await outputWidth(files, 'voice-head.onnx'),
      },
      preprocessing: PREPROCESSING,
      ...(backbones === undefined ? {} : { backbones }),
    },
  };
  return { manifest, files };
}

async function outputWidth(files: ReadonlyMap<string, Uint8Array>, name: string): Promise<number> {
  const head = await Network.load(files, name);
  try {
    const width = head.shape(head.outputs[0] ?? '').at(-1);
    if (typeof width !== 'number') throw new SystemError(`${name} does not say how wide its output is`);
    return width;
  } finally {
    await head.release();
  }
}

async function readNetwork(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw networkMissing(path, messageOf(cause), cause);
  }
}

function networkMissing(path: string, reason: string, cause?: unknown): UserError {
  return new UserError({
    kind: 'unavailable',
    code: 'networks_missing',
    message: `The network ${path} cannot be read: ${reason}`,
    action: 'Run `npm run setup`, which converts the published networks.',
    cause,
  });
}
