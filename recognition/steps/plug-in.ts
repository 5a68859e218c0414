import { join } from 'node:path';
import { getBundle, putBundle } from '@visavox/core/bundle';
import { SystemError } from '@visavox/core/errors';
import { parseBackboneManifest } from '../backbone/manifest.ts';
import { wrapNetwork } from '../backbone/wrap-network.ts';
import { recogniserBundle } from '../bundle.ts';
import { Calibration } from '../signals/calibration.ts';
import { runStep } from './step.ts';

/** Says next to nothing, for training to start from where the manifest has no calibration. */
const VAGUE = { slope: 10, offset: -8, limit: 3 };

/** The champion with another backbone and a head that changes nothing: what training then starts from. */
await runStep(async (step) => {
  const objects = await step.objects();
  const champion = step.digest('champion');
  const parent = await getBundle(objects, champion);
  const manifest = parseBackboneManifest(step.argument('backbone'), 'the manifest');
  const { modality } = manifest;
  const setup = process.env.VISAVOX_SETUP ?? join(import.meta.dirname, '..', '..', '.visavox', 'setup');
  const wrapped = await wrapNetwork(manifest, { beside: step.argument('beside'), setup });
  const networks = new Map(parent.files);
  networks.set(`${modality}-backbone.onnx`, wrapped.backbone);
  networks.set(`${modality}-head.onnx`, wrapped.head);
  const file = (path: string) => {
    const bytes = networks.get(path);
    if (!bytes) throw new SystemError(`the champion has no ${path}`);
    return bytes;
  };
  const inherited = Calibration.parse(JSON.parse(Buffer.from(file('calibration.json')).toString('utf8')));
  const calibration: Calibration = {
    ...inherited,
    [modality]: manifest.calibration ?? VAGUE,
    measured: {
      on: manifest.calibration ? `what the manifest of ${manifest.name} says` : 'nothing yet',
      how: `${modality}: ${manifest.source}; the other modality as its parent`,
      trials: {},
      figures: {},
    },
  };
  const { name, licence, source, network } = manifest;
  const known = parent.manifest.properties.backbones;
  const backbones = {
    ...(typeof known === 'object' ? known : {}),
    [modality]: { name, licence, source, sha256: network.sha256 },
  };
  const bundle = await recogniserBundle(networks, { calibration, parent: champion, backbones });
  const digest = await putBundle(objects, bundle);
  step.log(`${name} as ${modality} backbone: ${digest}`);
  await step.write('base', digest);
  await step.write('face-head', file('face-head.onnx'));
  await step.write('voice-head', file('voice-head.onnx'));
  await step.write('calibration', JSON.stringify(calibration));
  await step.write('comparison', JSON.stringify({ units: 0, unitName: 'unseen people', metrics: [] }));
});
