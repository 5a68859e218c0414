import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { UserError } from '@visavox/core/errors';
import { bundleDigest } from '@visavox/core/model';
import type { CommandContext } from 'visavox/plugin';
import { progressOf } from 'visavox/progress';
import type { Modality } from '../../bundle-parts.ts';
import { Recogniser } from '../../recogniser.ts';
import { Acquirer, type AcquirerOptions } from '../acquisition.ts';
import { featuresFolder, type ModelOptions, modelOf } from '../material.ts';
import { readAsvSpoof } from './asvspoof.ts';
import { countermeasureFigures, detectionFigures, foldFigures, heldOutFigures } from './figures.ts';
import { readTemplateFaces, readTemplatePairs } from './ijb-c.ts';
import { readLfwPairs } from './lfw.ts';
import { findList, type List, openList } from './list-lines.ts';
import { trialPairs } from './pair-protocol.ts';
import { type ProtocolReport, reportTable, type Trialled } from './protocol-report.ts';
import { type Protocol, protocolOf } from './protocols.ts';
import { readSitwTrials } from './sitw.ts';
import { trialTemplates } from './template-protocol.ts';
import { genuineIn, type Trials } from './trials.ts';
import { readVoxCelebTrials } from './voxceleb.ts';

export interface ProtocolOptions extends ModelOptions {
  readonly protocol: string;
  readonly root: string;
  /** The folder of the lists; that of the recordings if left out. */
  readonly lists?: string | undefined;
  /** Of utterances, in a file: for protocols of which no network here makes scores. */
  readonly scores?: string | undefined;
  readonly allowMissing: boolean;
  readonly cache: boolean;
  readonly seed: number;
}

/** Figures of a published protocol, on the data set that it was published with. */
export async function runProtocol(options: ProtocolOptions, context: CommandContext): Promise<void> {
  const { name, protocol } = protocolOf(options.protocol);
  const lists: List[] = [];
  for (const list of protocol.lists)
    lists.push(openList(await findList(options.lists ?? options.root, list)));
  const { scores = null, seed } = options;
  if ((protocol.kind === 'asvspoof5') !== (scores !== null)) throw scoresMisplaced(name, scores);
  const tried =
    protocol.kind === 'asvspoof5'
      ? { ...(await trialScores(lists, scores ?? '', seed)), model: null, bundle: null }
      : await trialNetworks(protocol, lists, options, context);
  const report: ProtocolReport = {
    ...{ protocol: name, lists: lists.map((list) => basename(list.name)) },
    ...{ ...tried, scores: scores && basename(scores), seed },
  };
  context.result(report, reportTable(report));
}

async function trialScores([protocol]: readonly List[], scores: string, seed: number): Promise<Trialled> {
  const utterances = await readAsvSpoof(protocol as List, openList(scores));
  const genuine = genuineIn(utterances.same);
  const { speakers } = utterances;
  return {
    ...{ genuine, impostor: utterances.same.length - genuine, people: new Set(speakers).size },
    leftOut: { recordings: 0, trials: 0, share: 0 },
    ...{ recordings: utterances.same.length, failuresToAcquire: 0, failureCodes: {} },
    figures: countermeasureFigures({ ...utterances, people: { a: speakers, b: speakers } }, seed),
  };
}

type Recorded = Exclude<Protocol, { kind: 'asvspoof5' }>;

async function trialNetworks(
  protocol: Recorded,
  lists: readonly List[],
  options: ProtocolOptions,
  context: CommandContext,
): Promise<Trialled & Pick<ProtocolReport, 'model' | 'bundle'>> {
  const { model, manifest, files } = await modelOf(options, context);
  const recogniser = await Recogniser.load(manifest, files);
  const open = (modality: Modality, more: Partial<AcquirerOptions> = {}) =>
    Acquirer.open(recogniser, manifest, modality, {
      root: options.root,
      cache: options.cache ? featuresFolder() : null,
      lanes: Math.min(4, availableParallelism()),
      ...more,
    });
  try {
    const tried = await trialOf(protocol, { lists, options, recogniser, open });
    return { ...tried, model, bundle: bundleDigest(manifest) };
  } finally {
    await recogniser.close();
  }
}

interface Surroundings {
  readonly lists: readonly List[];
  readonly options: ProtocolOptions;
  readonly recogniser: Recogniser;
  readonly open: (modality: Modality, more?: Partial<AcquirerOptions>) => Promise<Acquirer>;
}

/** What speaker recognition is reported with; the second besides it on VoxCeleb. */
const PRIORS = [0.01, 0.05];

async function trialOf(protocol: Recorded, surroundings: Surroundings): Promise<Trialled> {
  const { lists, options } = surroundings;
  // A protocol has as many lists as its kind says.
  const [first, second, third] = lists as [List, List, List];
  const { seed } = options;
  switch (protocol.kind) {
    case 'lfw-view1':
      return pairs(surroundings, 'face', await readLfwPairs(first, second), (trials) =>
        heldOutFigures(trials, seed),
      );
    case 'lfw-view2':
      return pairs(surroundings, 'face', await readLfwPairs(first), (trials) => foldFigures(trials, seed));
    case 'voxceleb':
      return pairs(surroundings, 'voice', await readVoxCelebTrials(first), (trials) =>
        detectionFigures(trials, PRIORS, seed),
      );
    case 'sitw':
      return pairs(surroundings, 'voice', await readSitwTrials(first, second), (trials) =>
        detectionFigures(trials, PRIORS.slice(0, 1), seed),
      );
    case 'ijbc':
      return templates(surroundings, { media: first, points: second, pairs: third });
  }
}

type PairFigures = Parameters<typeof trialPairs>[2]['figures'];

async function pairs(
  { options, recogniser, open }: Surroundings,
  modality: Modality,
  trials: Trials,
  figures: PairFigures,
): Promise<Trialled> {
  // Recordings of these data sets are up to minutes long.
  const acquirer = await open(modality, { longAudio: 'cut' });
  try {
    return await trialPairs({ recogniser, acquirer }, trials, {
      ...{ modality, root: options.root, allowMissing: options.allowMissing, figures },
      progress: (total) => progressOf(modality === 'face' ? 'faces' : 'voices', total, ' recordings'),
    });
  } finally {
    await acquirer.close();
  }
}

async function templates(
  { options, recogniser, open }: Surroundings,
  lists: { readonly media: List; readonly points: List; readonly pairs: List },
): Promise<Trialled> {
  const faces = await readTemplateFaces(lists.media, lists.points);
  const points = new Map(faces.map((face) => [face.image, face.points]));
  const root = join(options.root, 'loose_crop');
  const acquirer = await open('face', { root, pointsOf: (name) => points.get(name) });
  try {
    return await trialTemplates(
      { recogniser, acquirer },
      { faces, pairs: readTemplatePairs(lists.pairs) },
      {
        ...{ root, allowMissing: options.allowMissing, seed: options.seed },
        progress: (total) => progressOf('faces', total, ' pictures'),
      },
    );
  } finally {
    await acquirer.close();
  }
}

function scoresMisplaced(protocol: string, scores: string | null): UserError {
  return scores === null
    ? new UserError({
        kind: 'invalid',
        code: 'scores_missing',
        message: `Nothing here scores single utterances as ${protocol} wants it: attacks are refused on answers to a challenge.`,
        action:
          'Give the scores of a countermeasure with --scores FILE: filename and cm-score, higher for bona fide.',
      })
    : new UserError({
        kind: 'invalid',
        code: 'scores_not_wanted',
        message: `${protocol} is scored by the networks, not from a file.`,
        action: 'Leave out --scores.',
      });
}
