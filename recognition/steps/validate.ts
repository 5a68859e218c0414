import { DatasetManifest } from '@visavox/core/dataset';
import { UserError } from '@visavox/core/errors';
import { blobKey, getBlob } from '@visavox/core/object-store';
import { identitiesOf } from '../identities.ts';
import { splitOf } from '../people-split.ts';
import { shardsFor } from './shards.ts';
import { runStep } from './step.ts';

/** Refuses a dataset that is not whole before anything is spent on it, and says what is in it. */
await runStep(async (step) => {
  const objects = await step.objects();
  const digest = step.digest('dataset');
  const manifest = DatasetManifest.parse(
    JSON.parse(Buffer.from(await getBlob(objects, digest)).toString('utf8')),
  );
  const people = new Map<string, { face: number; voice: number }>();
  const missing: string[] = [];
  for (const item of manifest.items) {
    const { person, modality } = item.labels;
    if (!person || (modality !== 'face' && modality !== 'voice')) {
      throw new UserError({
        kind: 'invalid',
        code: 'dataset_unlabelled',
        message: `item ${item.key} has no person, or a modality that is not face or voice`,
        action: 'Label every item with "person" and "modality".',
      });
    }
    if (!(await objects.has(blobKey(item.digest)))) missing.push(item.key);
    const counts = people.get(person) ?? { face: 0, voice: 0 };
    people.set(person, { ...counts, [modality]: counts[modality] + 1 });
  }
  if (missing.length > 0) {
    throw new UserError({
      kind: 'gone',
      code: 'dataset_incomplete',
      message: `${missing.length} of ${manifest.items.length} recordings are not in the object store (first: ${missing[0]})`,
      action: 'Someone may have been erased since: take a new snapshot.',
    });
  }
  const bySplit = { train: 0, validation: 0, evaluation: 0 };
  const identities = identitiesOf(manifest.items);
  for (const person of people.keys()) bySplit[splitOf(identities.get(person) ?? person)] += 1;
  const summary = { items: manifest.items.length, people: people.size, ...bySplit };
  step.log(
    `${summary.items} recordings of ${summary.people} people (${bySplit.train} train, ${bySplit.validation} validation, ${bySplit.evaluation} evaluation)`,
  );
  await step.write('summary', JSON.stringify(summary));
  const shards = shardsFor(manifest.items.length, Number(step.argument('most-shards')));
  await step.write('shards', JSON.stringify(Array.from({ length: shards }, (_, shard) => shard)));
  await step.write('manifest', JSON.stringify(manifest));
});
