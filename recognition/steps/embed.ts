import { getBundle, getManifest } from '@visavox/core/bundle';
import { type DatasetItem, DatasetManifest } from '@visavox/core/dataset';
import { digestOf } from '@visavox/core/digest';
import type { BundleManifest } from '@visavox/core/model';
import type { ObjectStore } from '@visavox/core/object-store';
import { z } from 'zod';
import { copiesOf, enrolledCondition } from '../augmentation/copies.ts';
import { type Modality, modalities, propertiesOf, sameFeatures } from '../bundle-parts.ts';
import { encodeFeatureTable, type FeatureRow, tableOf } from '../feature-table.ts';
import { identitiesOf } from '../identities.ts';
import { splitOf } from '../people-split.ts';
import { Recogniser } from '../recogniser.ts';
import { SampleEmbedder } from '../sample-embedder.ts';
import { isCaptureFault } from '../signals/capture-fault.ts';
import { unseenToJudge } from './judged.ts';
import { modalityOf, personOf } from './recorded-item.ts';
import { runStep, type Step } from './step.ts';

/** Recordings, and copies of those to learn from, to backbone features, one shard of the dataset. */
await runStep(async (step) => {
  const objects = await step.objects();
  const manifest = DatasetManifest.parse(
    JSON.parse(Buffer.from(await step.read('manifest')).toString('utf8')),
  );
  const shard = Number(step.argument('shard'));
  const shards = z.array(z.number()).parse(JSON.parse(step.argument('shards'))).length;
  const bundle = await getBundle(objects, step.digest('champion'));
  const skipped = await answeredAlready(step, objects, bundle.manifest);
  if (skipped.size === modalities.length) {
    const { dimension } = propertiesOf(bundle.manifest);
    step.log('nothing is new: the same networks have embedded everything already');
    for (const modality of modalities)
      await step.write(`${modality}-features`, encodeFeatureTable(tableOf([], dimension[modality])));
    await step.write('counts', JSON.stringify({ faces: 0, voices: 0, failedToAcquire: 0 }));
    return;
  }
  const recogniser = await Recogniser.load(bundle.manifest, bundle.files);
  const embedder = new SampleEmbedder({ objects, recogniser, manifest: bundle.manifest });
  const unseen = unseenToJudge(manifest.items);
  const identities = identitiesOf(manifest.items);
  const identityOf = (item: DatasetItem) => identities.get(personOf(item)) ?? personOf(item);
  const mine = manifest.items.filter(
    (item) =>
      shardOf(item, shards) === shard &&
      !skipped.has(modalityOf(item)) &&
      (splitOf(identityOf(item)) !== 'evaluation' || unseen.has(personOf(item))),
  );
  const learnedFrom = { face: 0, voice: 0 };
  for (const item of manifest.items)
    if (splitOf(identityOf(item)) !== 'evaluation') learnedFrom[modalityOf(item)] += 1;

  const rows = { face: [] as [FeatureRow, Float32Array][], voice: [] as [FeatureRow, Float32Array][] };
  let failedToAcquire = 0;
  let done = 0;
  for (const item of mine) {
    const [modality, person] = [modalityOf(item), personOf(item)];
    const identity = identityOf(item);
    const split = splitOf(identity);
    const enrolled = enrolledCondition(modality, item.digest);
    // Those who are never learned from are enrolled all the same.
    const copies =
      split === 'evaluation'
        ? [enrolled]
        : copiesOf(modality, { sample: item.digest, person }, learnedFrom[modality]);
    const row = {
      ...{ key: item.key, person, sample: item.digest, split },
      ...(identity === person ? {} : { identity }),
    };
    try {
      const embedded = await embedder.embed(modality, item.digest, copies);
      rows[modality].push([
        {
          ...row,
          condition: embedded.condition,
          quality: embedded.quality,
          ...(embedded.seconds === null ? {} : { seconds: embedded.seconds }),
        },
        embedded.features,
      ]);
      for (const { condition, features } of embedded.copies)
        rows[modality].push([
          {
            ...{ ...row, key: `${item.key}~${condition}`, condition, copy: true },
            ...(condition === enrolled && !embedded.takenWorse ? { enrols: true } : {}),
          },
          features,
        ]);
    } catch (error) {
      if (!isCaptureFault(error)) throw error;
      failedToAcquire += 1;
      step.log(`${item.key}: failed to acquire (${error.code})`);
    }
    if (++done % 50 === 0) step.log(`${done} of ${mine.length}`);
  }
  step.log(
    `shard ${shard + 1} of ${shards}: ${embedder.counts.embedded} embedded, ${embedder.counts.cached} from the cache, ${failedToAcquire} failed to acquire`,
  );
  const { dimension } = propertiesOf(bundle.manifest);
  await step.write('face-features', encodeFeatureTable(tableOf(rows.face, dimension.face)));
  await step.write('voice-features', encodeFeatureTable(tableOf(rows.voice, dimension.voice)));
  // Not how many of them the cache knew: a run that is reproduced answers the same.
  const counts = { faces: rows.face.length, voices: rows.voice.length, failedToAcquire };
  await step.write('counts', JSON.stringify(counts));
  await recogniser.close();
});

/** The modalities whose network is that of the bundle which was embedded with before, where there was one. */
async function answeredAlready(
  step: Step,
  objects: ObjectStore,
  manifest: BundleManifest,
): Promise<Set<Modality>> {
  if (step.argumentList('known').length === 0) return new Set();
  const known = await getManifest(objects, step.digest('known'));
  return new Set(modalities.filter((modality) => sameFeatures(manifest, known, modality)));
}

/** By content, so that an item stays in its shard whatever joins the dataset. */
function shardOf(item: DatasetItem, shards: number): number {
  return (
    Number.parseInt(digestOf(`shard:${item.digest}`).slice('sha256:'.length, 'sha256:'.length + 8), 16) %
    shards
  );
}
