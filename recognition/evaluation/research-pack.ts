import { readdir, readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { digestOf } from '@visavox/core/digest';
import type { BundleManifest } from '@visavox/core/model';
import { progressOf } from 'visavox/progress';
import type { Modality } from '../bundle-parts.ts';
import { type Recogniser, secondsOf } from '../recogniser.ts';
import { decodeAudio, SAMPLE_RATE } from '../signals/audio.ts';
import { isCaptureFault } from '../signals/capture-fault.ts';
import type { EmbeddedRecording } from '../signals/sides.ts';
import { acquire, nameOf } from './acquisition.ts';
import type { Recording } from './lists.ts';
import type { People, RecordedCorpus } from './published-fit.ts';

/** So many recordings take part at least; people with fewer are left out. */
const LEAST = { face: 5, voice: 4 } as const;
const UTTERANCES = 10;
const DIGITS = 4;
/** LFW is press photographs: one trial in fifteen comes from other cameras. */
const ELSEWHERE = 1 / 15;
/** Of people with one recording: pieces of it, so that there are short utterances of many clear voices. */
const PIECE_SECONDS = 1.5;

/** What the published calibration is measured on: faces/lfw/<person>/*.jpg, voices/audiomnist_az/<speaker>/*.flac and so on. */
export async function researchPack(
  recogniser: Recogniser,
  manifest: BundleManifest,
  { root, cache }: { root: string; cache: string },
): Promise<Readonly<Record<Modality, readonly RecordedCorpus[]>>> {
  const of = (modality: Modality, files: ReadonlyMap<string, readonly Recording[]>) =>
    embedded({ recogniser, manifest, cache }, modality, files);
  const faces = async (name: string) => of('face', await filesByPerson(join(root, 'faces', name)));
  const folder = (name: string) => join(root, 'voices', name);
  const digits = async (name: string) => of('voice', await utterancesBySpeaker(folder(name)));
  // Not in their own order, in which neighbours are of one mood and one broadcast.
  const whole = async (name: string) => of('voice', shuffled(await filesByPerson(folder(name))));
  return {
    face: [
      { name: 'LFW', people: await faces('lfw'), share: 1 - ELSEWHERE, occasions: true },
      { name: 'ORL', people: await faces('orl'), share: ELSEWHERE / 2 },
      { name: 'five celebrities', people: await faces('celeb5'), share: ELSEWHERE / 2 },
    ],
    voice: [
      { name: 'AudioMNIST_AZ', people: await digits('audiomnist_az'), share: 1 },
      { name: 'FSDD', people: await digits('fsdd'), share: 1 },
      { name: 'LibriSpeech', people: await whole('librispeech'), share: 1 },
      {
        name: 'LibriSpeech, pieces of 1.5 s',
        people: await pieces(recogniser, folder('librispeech_single')),
        share: 1,
      },
      { name: 'URDU', people: await whole('urdu'), share: 1 },
    ],
  };
}

async function embedded(
  { recogniser, manifest, cache }: { recogniser: Recogniser; manifest: BundleManifest; cache: string },
  modality: Modality,
  people: ReadonlyMap<string, readonly Recording[]>,
): Promise<People> {
  const acquired = await acquire(recogniser, manifest, modality, [...people.values()].flat(), {
    ...{ root: '/', cache, lanes: 2 },
    progress: (total) => progressOf(modality, total, ' recordings'),
  });
  const made = [...people].map(async ([person, recordings]) => {
    const usable = recordings.flatMap((recording) => {
      const one = acquired.get(nameOf(recording));
      return one && 'features' in one ? [one] : [];
    });
    const vectors = await recogniser.embed(
      modality,
      usable.map(({ features }) => features),
    );
    const own = usable.map(
      ({ measures }, index): EmbeddedRecording => ({
        vector: vectors[index] ?? new Float32Array(),
        seconds: measures.modality === 'voice' ? measures.seconds : null,
      }),
    );
    return [person, own] as const;
  });
  return enough(new Map(await Promise.all(made)), modality);
}

async function pieces(recogniser: Recogniser, folder: string): Promise<People> {
  const people = new Map<string, EmbeddedRecording[]>();
  const files = await filesByPerson(folder);
  const done = progressOf('pieces', files.size, ' recordings');
  for (const [person, [recording]] of files) {
    const waveform = await decodeAudio(await readFile(recording?.[0] ?? ''));
    const size = PIECE_SECONDS * SAMPLE_RATE;
    const own: EmbeddedRecording[] = [];
    for (let at = 0; at + size <= waveform.length; at += size) {
      try {
        const capture = await recogniser.signals.captureWaveform(waveform.slice(at, at + size));
        const [vector] = await recogniser.embed('voice', [await recogniser.voiceFeatures(capture)]);
        if (vector) own.push({ vector, seconds: secondsOf(capture) });
      } catch (error) {
        if (!isCaptureFault(error)) throw error;
      }
    }
    people.set(person, own);
    done(people.size);
  }
  return enough(people, 'voice');
}

function enough(people: People, modality: Modality): People {
  return new Map([...people].filter(([, recordings]) => recordings.length >= LEAST[modality]));
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

function shuffled(people: ReadonlyMap<string, readonly Recording[]>): Map<string, Recording[]> {
  const byDigest = (a: Recording, b: Recording) =>
    digestOf(basename(nameOf(a))) < digestOf(basename(nameOf(b))) ? -1 : 1;
  return new Map([...people].map(([person, recordings]) => [person, [...recordings].sort(byDigest)]));
}

/** Utterances of distinct digits, put together from single ones (`d<digit>_r<repetition>.flac`), none used twice. */
async function utterancesBySpeaker(folder: string): Promise<Map<string, Recording[]>> {
  const people = new Map<string, Recording[]>();
  for (const speaker of (await readdir(folder)).sort()) {
    const files = (await readdir(join(folder, speaker))).sort((a, b) =>
      digestOf(speaker + a) < digestOf(speaker + b) ? -1 : 1,
    );
    const utterances: Recording[] = [];
    for (let remaining = files; utterances.length < UTTERANCES; ) {
      const chosen = remaining
        .filter((file, index, all) => all.findIndex((other) => other[1] === file[1]) === index)
        .slice(0, DIGITS);
      if (chosen.length < DIGITS) break;
      utterances.push(chosen.map((file) => resolve(folder, speaker, file)));
      remaining = remaining.filter((file) => !chosen.includes(file));
    }
    people.set(speaker, utterances);
  }
  return people;
}
