import type { BundleFiles } from '@visavox/core/bundle';
import { bundleDigest } from '@visavox/core/model';
import type { CommandContext } from 'visavox/plugin';
import { copiesOf, enrolledCondition } from '../augmentation/copies.ts';
import { type Modality, modalities, propertiesOf } from '../bundle-parts.ts';
import { type FeatureRow, type FeatureTable, tableOf } from '../feature-table.ts';
import { isHeardOfLearned } from '../people-split.ts';
import { Recogniser } from '../recogniser.ts';
import { nameOf } from './acquisition.ts';
import { type Change, changesOf } from './changes.ts';
import { evaluate, type Material } from './evaluate.ts';
import { fineTunedToHalf } from './fine-tuned-half.ts';
import { type Line, triedOver } from './lines.ts';
import {
  acquireFor,
  enrolledBeside,
  type Lists,
  modelOf,
  networksOf,
  readLists,
  recordingsIn,
} from './material.ts';
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
export async function runRetraining(
  options: EvaluationOptions & {
    /** Lines that the voices are tried over besides; what is enrolled is in clear. */
    readonly through?: readonly Line[];
    /** Whether the voice network is fine-tuned first. */
    readonly fineTuning?: boolean;
  },
  context: CommandContext,
): Promise<void> {
  const { seed, through = [] } = options;
  const lists = await readLists(options);
  const halves = {
    face: halvesOf(lists.face, seed),
    voice: halvesOf(lists.voice, seed),
  };
  const champion = await modelOf(options, context);
  const recogniser = await Recogniser.load(champion.manifest, champion.files);
  const loaded = [recogniser];
  try {
    const network = options.fineTuning
      ? await fineTunedToHalf(champion, recordingsOf(lists.voice, halves.voice.learned), {
          ...{ recogniser, root: options.root, networks: networksOf(options), seed, log: context.log },
        })
      : leftAsItIs;
    const base = network.bundle ?? champion;
    const ofBase = await Recogniser.load(base.manifest, base.files);
    loaded.push(ofBase);
    const learned = (modality: Modality) =>
      learnedFrom({ recogniser: ofBase, manifest: base.manifest }, modality, {
        ...{ list: lists[modality], half: halves[modality], options },
        isFineTuned: network.bundle !== null,
      });
    const retrained = await retrain(
      base,
      { face: await learned('face'), voice: await learned('voice') },
      { dataset: `half ${seed} of the lists`, seed, log: context.log },
    );
    const after = await Recogniser.load(retrained.bundle.manifest, retrained.bundle.files);
    loaded.push(after);
    const reported = async (of: Model, modality: Modality, line: Line | null): Promise<Material> => {
      const listed = comparisonsAmong(lists[modality], halves[modality].reported);
      const tried = line ? triedOver(listed, line) : listed;
      const comparisons = [...tried, ...moreImpostors(tried, options.impostors, seed)];
      return {
        comparisons,
        acquired: await acquireFor(of, modality, recordingsIn(tried), {
          ...options,
          copiesOf: enrolledBeside(modality),
        }),
      };
    };
    const evaluated = async (of: Model, line: Line | null) =>
      evaluate(of.recogniser, {
        ...{ faces: await reported(of, 'face', null), voices: await reported(of, 'voice', line) },
        ...{ seed, labels: new Map() },
      });
    const models = [
      { recogniser, manifest: champion.manifest },
      { recogniser: after, manifest: retrained.bundle.manifest },
    ] as const;
    const [old, now] = [await evaluated(models[0], null), await evaluated(models[1], null)];
    const changes = changesOf(old.scored, now.scored);
    const overLines: { readonly line: Line; readonly changes: readonly Change[] }[] = [];
    for (const line of through) {
      const scored = [
        (await evaluated(models[0], line)).scored,
        (await evaluated(models[1], line)).scored,
      ] as const;
      overLines.push({ line, changes: changesOf(...scored).filter(({ set }) => set !== 'faces') });
    }
    const people = {
      learned: { faces: halves.face.learned.size, voices: halves.voice.learned.size },
      reported: { faces: halves.face.reported.size, voices: halves.voice.reported.size },
    };
    const value = {
      model: champion.model,
      ...{ bundle: bundleDigest(champion.manifest), retrained: bundleDigest(retrained.bundle.manifest) },
      ...{ seed, people, network: network.report, heads: retrained.heads },
      ...{ before: old.evaluation, after: now.evaluation, changes, overLines },
    };
    const heads = modalities.map(
      (modality) =>
        `${modality}: learned from ${retrained.heads[modality].people} people; ${retrained.heads[modality].reason}`,
    );
    context.result(
      value,
      [
        `voice network: ${network.report.reason}`,
        heads.join('\n'),
        `${champion.model}, on the other ${people.reported.faces} faces and ${people.reported.voices} voices\n${evaluationTable(old.evaluation)}`,
        `retrained, on the same\n${evaluationTable(now.evaluation)}`,
        changesTable(changes),
        ...overLines.map((one) => `tried over ${one.line}\n${changesTable(one.changes)}`),
      ].join('\n\n'),
    );
  } finally {
    for (const one of loaded) await one.close();
  }
}

const leftAsItIs = {
  bundle: null,
  report: { kept: true, reason: 'the network stays: fine-tuning is off', people: 0, recordings: 0 },
};

interface Model {
  readonly recogniser: Recogniser;
  readonly manifest: BundleFiles['manifest'];
}

/** Features of a half's recordings and of copies of them, as the pipeline's embedding gives them to training. */
async function learnedFrom(
  embedder: { recogniser: Recogniser; manifest: BundleFiles['manifest'] },
  modality: Modality,
  {
    list,
    half,
    options,
    isFineTuned,
  }: { list: Lists[Modality]; half: Halves; options: EvaluationOptions; isFineTuned: boolean },
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
    const row: FeatureRow = {
      ...{ key: name, person, sample: one.sample, split: 'train' },
      condition: one.measures.modality === 'voice' && hasNoCopy(one.measures) ? 'telephone' : 'clear',
      ...(isFineTuned && isHeardOfLearned(person) ? { heard: true } : {}),
    };
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
