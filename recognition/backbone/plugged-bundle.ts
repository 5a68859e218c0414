import { SystemError } from '@visavox/core/errors';
import { bundleDigest } from '@visavox/core/model';
import { type Bundle, recogniserBundle, VOICE_ADAPTER } from '../bundle.ts';
import { faceAlignmentOf, propertiesOf } from '../bundle-parts.ts';
import { Calibration } from '../signals/calibration.ts';
import { promisedRule, readStraightMap } from '../signals/straight-calibration.ts';
import type { BackboneManifest } from './manifest.ts';
import { type WrapOptions, wrapNetwork } from './wrap-network.ts';

/** Says next to nothing, for training to start from where the manifest has no calibration. */
const VAGUE = { slope: 10, offset: -8, limit: 3 };

/** A recogniser with another backbone, or with one more, and a head that changes nothing: what training then starts from. */
export async function pluggedBundle(
  parent: Bundle,
  manifest: BackboneManifest,
  options: Omit<WrapOptions, 'own' | 'ownAlignment'>,
): Promise<Bundle> {
  const { modality, name, licence, source, network, ensemble } = manifest;
  const networks = new Map(parent.files);
  const file = (path: string) => {
    const bytes = networks.get(path);
    if (!bytes) throw new SystemError(`the recogniser has no ${path}`);
    return bytes;
  };
  const wrapped = await wrapNetwork(manifest, {
    ...options,
    own: file(`${modality}-backbone.onnx`),
    ownAlignment: faceAlignmentOf(propertiesOf(parent.manifest)),
  });
  networks.set(`${modality}-backbone.onnx`, wrapped.backbone);
  // It belongs to the network whose place is taken.
  if (modality === 'voice') networks.delete(VOICE_ADAPTER);
  networks.set(`${modality}-head.onnx`, wrapped.head);
  const inherited = Calibration.parse(JSON.parse(Buffer.from(file('calibration.json')).toString('utf8')));
  const map = readStraightMap(manifest.calibration ?? VAGUE);
  const promised = promisedRule(map, inherited[modality === 'face' ? 'voice' : 'face']);
  const calibration: Calibration = {
    ...inherited,
    [modality]: map,
    decision: {
      ...inherited.decision,
      [modality]: promised[modality],
      threshold: Math.max(inherited.decision.threshold, promised.threshold),
    },
    measured: {
      on: manifest.calibration ? `what the manifest of ${name} says` : 'nothing yet',
      how: `${modality}: ${source}; the other modality as its parent`,
      trials: {},
      figures: {},
    },
  };
  const known = parent.manifest.properties.backbones;
  const backbones = {
    ...(typeof known === 'object' ? known : {}),
    [modality]: {
      ...{ name, licence, sha256: network.sha256 },
      ...wrapped.alignment,
      source: ensemble ? `${source}, in an ensemble with the network before it` : source,
    },
  };
  return recogniserBundle(networks, { calibration, parent: bundleDigest(parent.manifest), backbones });
}
