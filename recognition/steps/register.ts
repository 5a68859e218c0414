import { readFile } from 'node:fs/promises';
import { createModelRegistry } from '@visavox/adapters/mlflow/registry';
import { trackedRunOf } from '@visavox/adapters/mlflow/step-client';
import { Comparison } from '@visavox/control/gate';
import { getBundle, putBundle } from '@visavox/core/bundle';
import { walkFolder } from '@visavox/pipelines/folder-walk';
import { recogniserBundle } from '../bundle.ts';
import { Calibration } from '../signals/calibration.ts';
import { runStep } from './step.ts';

/** By their paths in the folder. Pipelines that were compiled before there was such a folder name none. */
async function filesBelow(folder: string | undefined): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  if (folder === undefined) return files;
  for await (const { key, path } of walkFolder(folder, { outside: 'nothing', special: () => {} }))
    files.set(key, await readFile(path));
  return files;
}

/** Puts the bundle into the object store and registers it; the same bundle twice is one version. */
await runStep(async (step) => {
  const objects = await step.objects();
  const champion = step.digest('champion');
  const parent = await getBundle(objects, champion);
  const calibration = Calibration.parse(
    JSON.parse(Buffer.from(await step.read('calibration')).toString('utf8')),
  );
  // Where heads were not trained, and in pipelines that were compiled before there were such files, there are none.
  const given = async (name: string) =>
    step.argumentList(name).length > 0 ? await step.read(name) : undefined;
  const networks = new Map(parent.files);
  networks.set('face-head.onnx', await step.read('face-head'));
  networks.set('voice-head.onnx', await step.read('voice-head'));
  const bundle = await recogniserBundle(networks, {
    calibration,
    parent: champion,
    backbones: parent.manifest.properties.backbones,
    headWeights: { face: await given('face-weights'), voice: await given('voice-weights') },
    beside: await filesBelow(step.argumentList('keras')[0]),
  });
  const digest = await putBundle(objects, bundle);
  const comparison = Comparison.parse(JSON.parse(step.argument('comparison')));
  const model = await createModelRegistry(process.env).register({
    name: 'recogniser',
    bundle: digest,
    run: step.argument('run'),
    metrics: Object.fromEntries(
      comparison.metrics.flatMap((one) => (one.candidate === null ? [] : [[one.metric, one.candidate]])),
    ),
    trackingRun: trackedRunOf(process.env),
  });
  step.log(`${model.name}:${model.version} is bundle ${digest}`);
  await step.write('model', JSON.stringify(model));
});
