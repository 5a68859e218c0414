import { readFile } from 'node:fs/promises';
import { getBundle } from '@visavox/core/bundle';
import { getBlob } from '@visavox/core/object-store';
import { artifactPaths } from '@visavox/pipelines/executor-input';
import { fileDigest, headWeightsFile, modalities } from '../bundle-parts.ts';
import { decodeFeatureTable, encodeFeatureTable, mergeTables } from '../feature-table.ts';
import { runStep } from './step.ts';

/** Puts the shards together, and beside them the heads that training starts from. */
await runStep(async (step) => {
  const objects = await step.objects();
  const { manifest } = await getBundle(objects, step.digest('champion'));
  for (const modality of modalities) {
    const paths = artifactPaths(step.argument(`${modality}-shards`), modality);
    const shards = await Promise.all(paths.map(async (path) => decodeFeatureTable(await readFile(path))));
    const table = mergeTables(shards);
    const people = new Set(table.items.map((item) => item.person)).size;
    step.log(`${modality}: ${table.items.length} recordings of ${people} people`);
    await step.write(`${modality}-features`, encodeFeatureTable(table));
    const head = await getBlob(objects, fileDigest(manifest, `${modality}-head.onnx`));
    await step.write(`${modality}-head`, head);
    // Pipelines that were compiled before there were such files name none.
    if (step.argumentList(`${modality}-weights`).length === 0) continue;
    const known = manifest.files.find(({ path }) => path === headWeightsFile(modality));
    await step.write(`${modality}-weights`, known ? await getBlob(objects, known.digest) : head);
  }
});
