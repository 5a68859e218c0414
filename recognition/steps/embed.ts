import { getBundle } from '@visavox/core/bundle';
import { type DatasetItem, DatasetManifest } from '@visavox/core/dataset';
import { digestOf } from '@visavox/core/digest';
import { SystemError, UserError } from '@visavox/core/errors';
import { getBlob } from '@visavox/core/object-store';
import { featureSource, type Modality } from '../bundle-parts.ts';
import { FeatureCache, type FeatureKey } from '../feature-cache.ts';
import { encodeFeatureTable, type FeatureRow, type FeatureTable } from '../feature-table.ts';
import { splitOf } from '../people-split.ts';
import { Recogniser } from '../recogniser.ts';
import { runStep, type Step } from './step.ts';

/** Recordings to backbone features, one shard of the dataset. What was embedded before comes from the cache. */
await runStep(async (step) => {
  const objects = await step.objects();
  const manifest = DatasetManifest.parse(
    JSON.parse(Buffer.from(await step.read('manifest')).toString('utf8')),
  );
  const [shard, shards] = [Number(step.argument('shard')), Number(step.argument('shards'))];
  const bundle = await getBundle(objects, step.digest('champion'));
  const recogniser = await Recogniser.load(bundle.manifest, bundle.files);
  const cache = new FeatureCache(objects);
  const mine = manifest.items.filter((item) => shardOf(item, shards) === shard);

  const rows = { face: [] as [FeatureRow, Float32Array][], voice: [] as [FeatureRow, Float32Array][] };
  const counts = { embedded: 0, cached: 0, failedToAcquire: 0 };
  for (const item of mine) {
    const modality = item.labels.modality === 'face' ? 'face' : 'voice';
    const person = item.labels.person ?? '';
    const key: FeatureKey = { ...featureSource(bundle.manifest, modality), sample: item.digest };
    let features = await cache.get(key);
    if (features) {
      counts.cached += 1;
    } else {
      features = await embed(recogniser, modality, await getBlob(objects, item.digest));
      if (!features) {
        counts.failedToAcquire += 1;
        step.log(`${item.key}: failed to acquire`);
        continue;
      }
      await cache.put(key, features);
      counts.embedded += 1;
      progress(step, counts, mine.length);
    }
    rows[modality].push([{ key: item.key, person, sample: item.digest, split: splitOf(person) }, features]);
  }
  step.log(
    `shard ${shard + 1} of ${shards}: ${counts.embedded} embedded, ${counts.cached} from the cache, ${counts.failedToAcquire} failed to acquire`,
  );
  await step.write('face-features', encodeFeatureTable(tableOf(rows.face, recogniser.dimension.face)));
  await step.write('voice-features', encodeFeatureTable(tableOf(rows.voice, recogniser.dimension.voice)));
  await step.write('counts', JSON.stringify(counts));
  await recogniser.close();
});

/** By content, so that an item stays in its shard whatever joins the dataset. */
function shardOf(item: DatasetItem, shards: number): number {
  return (
    Number.parseInt(digestOf(`shard:${item.digest}`).slice('sha256:'.length, 'sha256:'.length + 8), 16) %
    shards
  );
}

async function embed(
  recogniser: Recogniser,
  modality: Modality,
  bytes: Uint8Array,
): Promise<Float32Array | undefined> {
  try {
    if (modality === 'voice')
      return await recogniser.voiceFeatures(await recogniser.signals.captureVoice(bytes));
    const [features] = await recogniser.faceFeatures([await recogniser.signals.captureFace(bytes)]);
    if (!features) throw new SystemError('the face network answered nothing');
    return features;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

function tableOf(rows: readonly [FeatureRow, Float32Array][], dimension: number): FeatureTable {
  const features = new Float32Array(rows.length * dimension);
  for (const [index, [, row]] of rows.entries()) features.set(row, index * dimension);
  return { items: rows.map(([item]) => item), dimension, features };
}

function progress(step: Step, counts: { embedded: number; cached: number }, total: number): void {
  if (counts.embedded % 50 === 0) step.log(`${counts.embedded + counts.cached} of ${total}`);
}
