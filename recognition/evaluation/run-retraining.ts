import type { BundleFiles } from '@visavox/core/bundle';
import { bundleDigest } from '@visavox/core/model';
import type { CommandContext } from 'visavox/plugin';
import { copiesOf, enrolledCondition } from '../augmentation/copies.ts';
import { type Modality, modalities, propertiesOf } from '../bundle-parts.ts';
import { type FeatureRow, type FeatureTable, tableOf } from '../feature-table.ts';
import { Recogniser } from '../recogniser.ts';
import { nameOf } from './acquisition.ts';
import { changesOf } from './changes.ts';
import { evaluate, type Material } from './evaluate.ts';
import { acquireFor, enrolledBeside, type Lists, modelOf, readLists, recordingsIn } from './material.ts';
import { moreImpostors } from './more-impostors.ts';
import { comparisonsAmong, type Halves, halvesOf, recordingsOf } from './people-halves.ts';
import { retrain } from './retraining.ts';
import type { EvaluationOptions } from './run.ts';
import { changesTable, evaluationTable } from './table.ts';
import { hasNoCopy, type Measures } from './traits.ts';

/**
 * Trains on half of the people of the lists as a run of the pipeline does, and compares the model before and after on the
 * people of the other half, of whom neither learned.
 */
export async function runRetraining(options: EvaluationOptions, context: CommandContext): Promise<void> {
  const { seed } = options;
  const lists = await readLists(options);
  const halves = {
    face: halvesOf(lists.face, seed),
    voice: halvesOf(lists.voice, seed),
  };
  const champion = await modelOf(options, context);
  const recogniser = await Recogniser.load(champion.manifest, champion.files);
  const loaded = [recogniser];
  try {
    const embedder = { recogniser, manifest: champion.manifest };
    const learned = (modality: Modality) =>
      learnedFrom(embedder, modality, { list: lists[modality], half: halves[modality], options });
    const retrained = await retrain(
      champion,
      { face: await learned('face'), voice: await learned('voice') },
      { dataset: `half ${seed} of the lists`, seed, log: context.log },
    );
    const after = await Recogniser.load(retrained.bundle.manifest, retrained.bundle.files);
    loaded.push(after);
    const reported = async (modality: Modality): Promise<Material> => {
      const listed = comparisonsAmong(lists[modality], halves[modality].reported);
      const comparisons = [...listed, ...moreImpostors(listed, options.impostors, seed)];
      return {
        comparisons,
        acquired: await acquireFor(embedder, modality, recordingsIn(listed), {
          ...options,
          copiesOf: enrolledBeside(modality),
        }),
      };
    };
    const material = {
      faces: await reported('face'),
      voices: await reported('voice'),
      seed,
      labels: new Map(),
    };
    const [old, now] = [await evaluate(recogniser, material), await evaluate(after, material)];
    const changes = changesOf(old.scored, now.scored);
    const people = {
      learned: { faces: halves.face.learned.size, voices: halves.voice.learned.size },
      reported: { faces: halves.face.reported.size, voices: halves.voice.reported.size },
    };
    const value = {
      model: champion.model,
      ...{ bundle: bundleDigest(champion.manifest), retrained: bundleDigest(retrained.bundle.manifest) },
      ...{ seed, people, heads: retrained.heads },
      ...{ before: old.evaluation, after: now.evaluation, changes },
    };
    const heads = modalities.map(
      (modality) =>
        `${modality}: learned from ${retrained.heads[modality].people} people; ${retrained.heads[modality].reason}`,
    );
    context.result(
      value,
      [
        heads.join('\n'),
        `${champion.model}, on the other ${people.reported.faces} faces and ${people.reported.voices} voices\n${evaluationTable(old.evaluation)}`,
        `retrained, on the same\n${evaluationTable(now.evaluation)}`,
        changesTable(changes),
      ].join('\n\n'),
    );
  } finally {
    for (const one of loaded) await one.close();
  }
}

/** Features of a half's recordings and of copies of them, as the pipeline's embedding gives them to training. */
async function learnedFrom(
  embedder: { recogniser: Recogniser; manifest: BundleFiles['manifest'] },
  modality: Modality,
  { list, half, options }: { list: Lists[Modality]; half: Halves; options: EvaluationOptions },
): Promise<FeatureTable> {
  const recordings = recordingsOf(list, half.learned);
  const personOf = new Map(recordings.map(({ person, recording }) => [nameOf(recording), person]));
  const acquired = await acquireFor(
    embedder,
    modality,
    recordings.map(({ recording }) => recording),
    {
      ...options,
      copiesOf: (sample, name) =>
        copiesOf(modality, { sample, person: personOf.get(name) ?? name }, recordings.length),
    },
  );
  const rows = recordings.flatMap(({ person, recording }): [FeatureRow, Float32Array][] => {
    const name = nameOf(recording);
    const one = acquired.get(name);
    if (!one || 'fault' in one) return [];
    const row: FeatureRow = { key: name, person, sample: one.sample, split: 'train', condition: 'clear' };
    return [
      [{ ...row, quality: one.measures.quality, ...secondsIn(one.measures) }, one.features],
      ...one.copies.map(({ condition, features }): [FeatureRow, Float32Array] => [
        {
          ...{ ...row, key: `${name}~${condition}`, condition, copy: true },
          ...(condition === enrolledCondition(modality, one.sample) && !hasNoCopy(one.measures)
            ? { enrols: true }
            : {}),
        },
        features,
      ]),
    ];
  });
  return tableOf(rows, propertiesOf(embedder.manifest).dimension[modality]);
}

const secondsIn = (measures: Measures) =>
  measures.modality === 'voice' ? { seconds: measures.seconds } : {};
