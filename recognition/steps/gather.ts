import { readFile } from 'node:fs/promises';
import { getBundle, getManifest } from '@visavox/core/bundle';
import type { BundleManifest } from '@visavox/core/model';
import { getBlob } from '@visavox/core/object-store';
import { artifactPaths } from '@visavox/pipelines/executor-input';
import { VOICE_ADAPTER } from '../bundle.ts';
import { fileDigest, headWeightsFile, modalities, sameFeatures } from '../bundle-parts.ts';
import { decodeFeatureTable, encodeFeatureTable, type FeatureTable, mergeTables } from '../feature-table.ts';
import { isHeard } from '../people-split.ts';
import { runStep } from './step.ts';

/** Puts the shards together, and beside them the heads that training starts from. */
await runStep(async (step) => {
  const objects = await step.objects();
  const { manifest } = await getBundle(objects, step.digest('champion'));
  const before =
    step.argumentList('known').length > 0 ? await getManifest(objects, step.digest('known')) : null;
  const isFineTuned =
    before !== null && adapterOf(manifest) !== undefined && adapterOf(manifest) !== adapterOf(before);
  const read = async (name: string) => decodeFeatureTable(await step.read(name));
  for (const modality of modalities) {
    const paths = artifactPaths(step.argument(`${modality}-shards`), modality);
    const shards = await Promise.all(paths.map(async (path) => decodeFeatureTable(await readFile(path))));
    const table =
      before && sameFeatures(manifest, before, modality)
        ? await read(`known-${modality}`)
        : mergeTables(shards);
    const people = new Set(table.items.map((item) => item.person)).size;
    step.log(`${modality}: ${table.items.length} recordings of ${people} people`);
    await step.write(`${modality}-features`, encodeFeatureTable(isFineTuned ? withHeard(table) : table));
    const head = await getBlob(objects, fileDigest(manifest, `${modality}-head.onnx`));
    await step.write(`${modality}-head`, head);
    // Pipelines that were compiled before there were such files name none.
    if (step.argumentList(`${modality}-weights`).length === 0) continue;
    const known = manifest.files.find(({ path }) => path === headWeightsFile(modality));
    await step.write(`${modality}-weights`, known ? await getBlob(objects, known.digest) : head);
  }
});

function adapterOf({ files }: BundleManifest): string | undefined {
  return files.find(({ path }) => path === VOICE_ADAPTER)?.digest;
}

/** Whom the network has just been fine-tuned to; of faces as well, so that both heads are judged on the same people. */
function withHeard(table: FeatureTable): FeatureTable {
  const items = table.items.map((item) =>
    isHeard(item.identity ?? item.person) ? { ...item, heard: true } : item,
  );
  return { ...table, items };
}
