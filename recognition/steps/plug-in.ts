import { getBundle, putBundle } from '@visavox/core/bundle';
import { SystemError } from '@visavox/core/errors';
import { parseBackboneManifest } from '../backbone/manifest.ts';
import { pluggedBundle } from '../backbone/plugged-bundle.ts';
import { setupFolder } from '../setup-folder.ts';
import { runStep } from './step.ts';

/** Puts the champion with another backbone beside it, and what a run without people has to say of it. */
await runStep(async (step) => {
  const objects = await step.objects();
  const manifest = parseBackboneManifest(step.argument('backbone'), 'the manifest');
  const bundle = await pluggedBundle(await getBundle(objects, step.digest('champion')), manifest, {
    beside: step.argument('beside'),
    setup: setupFolder(),
  });
  const file = (path: string) => {
    const bytes = bundle.files.get(path);
    if (!bytes) throw new SystemError(`the bundle has no ${path}`);
    return bytes;
  };
  const digest = await putBundle(objects, bundle);
  step.log(`${manifest.name} as ${manifest.modality} backbone: ${digest}`);
  await step.write('base', digest);
  await step.write('face-head', file('face-head.onnx'));
  await step.write('voice-head', file('voice-head.onnx'));
  await step.write('calibration', file('calibration.json'));
  await step.write('comparison', JSON.stringify({ units: 0, unitName: 'unseen people', metrics: [] }));
});
