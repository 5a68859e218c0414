/**
 * Measures the calibration that version 1 is published with, on half of the people of a research pack, and checks
 * it on the other half: `tsx recognition/evaluation/publish-calibration.ts <root> [<networks>]`. Writes
 * recognition/published-calibration.json. <root> holds faces/lfw/<person>/*.jpg and voices/audiomnist_az/<speaker>/*.flac.
 */
import { readdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { digestOf } from '@visavox/core/digest';
import { progressOf } from 'visavox/progress';
import { publishedBundle } from '../bundle.ts';
import { Recogniser } from '../recogniser.ts';
import { networksFolder } from '../setup-folder.ts';
import {
  type Calibration,
  type Counts,
  fitAffine,
  fitAveraging,
  fitCalibration,
  fitDecision,
  logLikelihoodRatio,
  REFERENCE,
} from '../signals/calibration.ts';
import { decide, fuse } from '../signals/decision.ts';
import { type ScoreSet, verificationScores } from '../signals/trials.ts';
import { acquire, nameOf } from './acquisition.ts';
import { costOfRatios, errorRates } from './error-rates.ts';
import type { Recording } from './lists.ts';

type People = ReadonlyMap<string, readonly Float32Array[]>;

const PROJECT = resolve(import.meta.dirname, '..', '..');
/** Where the dependence on the number of recordings is measured. */
const COUNTS: readonly Counts[] = [
  { enrol: 1, probe: 1 },
  { enrol: 2, probe: 1 },
  { enrol: 3, probe: 1 },
  { enrol: 3, probe: 2 },
];
const MOST = 5;
const UTTERANCES = 8;
const DIGITS = 4;
/**
 * LFW is press photographs: one trial in fifteen of the pool comes from other cameras. AudioMNIST_AZ is one session and
 * one microphone a speaker, so that everyone in it sounds more alike, and more like himself, than elsewhere: two thirds of the
 * pool comes from other corpora. URDU (talk shows, emotions, music) is held out to see what the constants are worth.
 */
const ELSEWHERE = { face: 1 / 15, voice: 2 / 3 } as const;
/** A voice that sounds wrong counts for no more than one genuine recording in fifteen under new conditions allows. */
const AGAINST = Math.log(15);
const POOL = 4000;

const [root, networks = networksFolder()] = process.argv.slice(2);
if (!root) throw new Error('usage: publish-calibration.ts <root> [<networks>]');
const { manifest, files } = await publishedBundle(networks);
const recogniser = await Recogniser.load(manifest, files);

const faces = await embeddings('face', await filesByPerson(join(root, 'faces', 'lfw')));
const corpus = (name: string) => join(root, 'voices', name);
const voices = await embeddings('voice', await utterancesBySpeaker(corpus('audiomnist_az')));
const elsewhere = {
  face: [
    await embeddings('face', await filesByPerson(join(root, 'faces', 'orl'))),
    await embeddings('face', await filesByPerson(join(root, 'faces', 'celeb5'))),
  ],
  voice: [
    await embeddings('voice', await utterancesBySpeaker(corpus('fsdd'))),
    await embeddings('voice', await filesByPerson(corpus('librispeech'))),
  ],
};
const heldOut = await embeddings('voice', await filesByPerson(corpus('urdu')));
const scores = (half: 0 | 1, counts: Counts) => ({
  face: verificationScores(halfOf(faces, half), { ...counts, turns: 8 }),
  voice: verificationScores(halfOf(voices, half), { ...counts, turns: 8 }),
});
const pooled = (modality: 'face' | 'voice', counts: Counts) =>
  pool([
    { share: 1 - ELSEWHERE[modality], set: scores(0, counts)[modality] },
    ...elsewhere[modality].map((people) => ({
      share: ELSEWHERE[modality] / elsewhere[modality].length,
      set: verificationScores(people, { ...counts, turns: 8 }),
    })),
  ]);
const averaging = (modality: 'face' | 'voice') => ({
  ...fitAveraging(COUNTS.map((counts) => ({ counts, map: fitAffine(pooled(modality, counts), null) }))),
  coherence: mean(scores(0, { enrol: 1, probe: 1 })[modality].genuine),
});
const fitted = fitCalibration({
  ...scores(0, REFERENCE),
  parent: null,
  targetFmr: 1e-3,
  on: 'LFW deep-funneled (people with five images or more) and AudioMNIST_AZ (utterances of four digits), half of the people of each by a hash of their names; one face trial in fifteen from ORL and five celebrities, two voice trials in three from FSDD and LibriSpeech; URDU held out',
  how: 'three recordings enrolled against one, each person with every other; logistic regression; threshold on the convolution of both impostor distributions; figures on the other half',
});
const maps = {
  face: {
    ...fitAffine(pooled('face', REFERENCE), null),
    limit: fitted.face.limit,
    averaging: averaging('face'),
  },
  voice: {
    ...fitAffine(pooled('voice', REFERENCE), null),
    limit: fitted.voice.limit,
    against: AGAINST,
    averaging: averaging('voice'),
  },
};
const measured: Calibration = {
  ...fitted,
  ...maps,
  decision: fitDecision(maps, scores(0, REFERENCE), {
    targetFmr: fitted.decision.targetFmr,
    inherited: null,
  }),
};
const calibration = {
  ...measured,
  measured: {
    ...measured.measured,
    figures: {
      ...figures(measured, REFERENCE),
      ...figures(measured, { enrol: 3, probe: 2 }),
      ...onHeldOut(measured.voice),
    },
  },
};
await writeFile(
  join(PROJECT, 'recognition', 'published-calibration.json'),
  `${JSON.stringify(rounded(calibration), null, 2)}\n`,
);
console.log(JSON.stringify(calibration, null, 2));
await recogniser.close();

async function embeddings(
  modality: 'face' | 'voice',
  people: ReadonlyMap<string, readonly Recording[]>,
): Promise<People> {
  const acquired = await acquire(recogniser, manifest, modality, [...people.values()].flat(), {
    root: '/',
    cache: join(PROJECT, '.visavox', 'cache', 'features'),
    lanes: 2,
    progress: (total) => progressOf(modality, total, ' recordings'),
  });
  const embedded = [...people].map(async ([person, recordings]) => {
    const features = recordings.flatMap((recording) => {
      const one = acquired.get(nameOf(recording));
      return one && 'features' in one ? [one.features] : [];
    });
    return [person, await recogniser.embed(modality, features)] as const;
  });
  return new Map((await Promise.all(embedded)).filter(([, vectors]) => vectors.length >= MOST));
}

async function filesByPerson(folder: string): Promise<Map<string, Recording[]>> {
  const people = new Map<string, Recording[]>();
  for (const person of (await readdir(folder)).sort()) {
    const names = (await readdir(join(folder, person))).sort();
    people.set(
      person,
      names.map((name) => [resolve(folder, person, name)]),
    );
  }
  return people;
}

/** Utterances of distinct digits, put together from single ones (`d<digit>_r<repetition>.flac`), none used twice. */
async function utterancesBySpeaker(folder: string): Promise<Map<string, Recording[]>> {
  const people = new Map<string, Recording[]>();
  for (const speaker of (await readdir(folder)).sort()) {
    const pieces = (await readdir(join(folder, speaker))).sort((a, b) =>
      digestOf(speaker + a) < digestOf(speaker + b) ? -1 : 1,
    );
    const utterances: Recording[] = [];
    for (let remaining = pieces; utterances.length < UTTERANCES; ) {
      const chosen = remaining
        .filter((piece, index, all) => all.findIndex((other) => other[1] === piece[1]) === index)
        .slice(0, DIGITS);
      if (chosen.length < DIGITS) break;
      utterances.push(chosen.map((piece) => resolve(folder, speaker, piece)));
      remaining = remaining.filter((piece) => !chosen.includes(piece));
    }
    people.set(speaker, utterances);
  }
  return people;
}

/** Scores of several sets by their shares, evenly picked. */
function pool(parts: readonly { readonly share: number; readonly set: ScoreSet }[]): ScoreSet {
  const pick = (kind: keyof ScoreSet) =>
    parts.flatMap(({ share, set }) => {
      const sorted = [...set[kind]].sort((a, b) => a - b);
      const count = Math.round(share * POOL);
      return Array.from(
        { length: count },
        (_, index) => sorted[Math.floor(((index + 0.5) * sorted.length) / count)]!,
      );
    });
  return { genuine: pick('genuine'), impostor: pick('impostor') };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function halfOf(people: People, half: 0 | 1): People {
  return new Map(
    [...people].filter(([person]) => Number.parseInt(digestOf(person).slice(-2), 16) % 2 === half),
  );
}

/** On people whom the constants were not measured on; one utterance against three, faces as in `counts`. */
function figures(calibrated: Calibration, counts: Counts): Record<string, number> {
  const unseen = { face: scores(1, counts).face, voice: scores(1, REFERENCE).voice };
  const ratios = (modality: 'face' | 'voice', kind: keyof ScoreSet) =>
    unseen[modality][kind].map((score) =>
      logLikelihoodRatio(calibrated[modality], score, modality === 'face' ? counts : REFERENCE),
    );
  const [fg, fi] = [ratios('face', 'genuine'), ratios('face', 'impostor')];
  const [vg, vi] = [ratios('voice', 'genuine'), ratios('voice', 'impostor')];
  const accepted = (a: readonly number[], b: readonly number[]) => {
    let count = 0;
    for (const face of a)
      for (const voice of b) if (decide(fuse(face, voice), calibrated.decision) === 'accept') count++;
    return count / (a.length * b.length);
  };
  const some = (values: readonly number[]) =>
    values.filter((_, index) => index % Math.ceil(values.length / 5000) === 0);
  const named = {
    faceEer: errorRates(fg, fi).eer ?? Number.NaN,
    voiceEer: errorRates(vg, vi).eer ?? Number.NaN,
    faceCllr: costOfRatios(fg, fi),
    voiceCllr: costOfRatios(vg, vi),
    fmr: accepted(some(fi), some(vi)),
    fnmr: 1 - accepted(fg, vg),
  };
  return Object.fromEntries(
    Object.entries(named).map(([name, value]) => [
      `${name}, ${counts.enrol} faces against ${counts.probe}`,
      value,
    ]),
  );
}

/** On a corpus that the constants have not seen: how often impostors reach the ratios that promise to be rare. */
function onHeldOut(map: Calibration['voice']): Record<string, number> {
  const set = verificationScores(heldOut, { ...REFERENCE, turns: 8 });
  const ratios = (kind: keyof ScoreSet) => set[kind].map((score) => logLikelihoodRatio(map, score));
  const [genuine, impostor] = [ratios('genuine'), ratios('impostor')];
  const above = (ratio: number) => impostor.filter((value) => value >= ratio).length / impostor.length;
  return {
    'voiceEer, held out': errorRates(genuine, impostor).eer ?? Number.NaN,
    'voiceCllr, held out': costOfRatios(genuine, impostor),
    'fmr at a ratio of 10, held out': above(Math.log(10)),
    'fmr at a ratio of 100, held out': above(Math.log(100)),
  };
}

function rounded(value: Calibration): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, item: unknown) =>
      typeof item === 'number' ? Number(item.toPrecision(5)) : item,
    ),
  );
}
