import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '@visavox/core/errors';
import { decodeAudio } from '@visavox/recognition/signals/audio';
import { Random } from '@visavox/recognition/synthetic/random';
import { wav } from '@visavox/recognition/synthetic/wav';
import type { Identity } from './identity.ts';

const facesFolder = join('faces', 'lfw');
const voicesFolder = join('voices', 'audiomnist_az');
/** Speakers of whom there is one long utterance each. */
const singleVoicesFolder = join('voices', 'librispeech_single');
const otherVoiceFolders = [join('voices', 'urdu'), join('voices', 'librispeech')];
const enrolmentImages = 4;
const probeImages = 2;
const sampleRate = 16_000;

/**
 * People of recordings: each face of `DIR/faces/lfw/PERSON/*.jpg` is paired with a voice of
 * `DIR/voices/audiomnist_az/SPEAKER/dDIGIT_rREPETITION.flac` by the seed.
 */
export async function recordedIdentities(folder: string, seed: number): Promise<Identity[]> {
  const random = new Random('pairs', seed);
  const { faces, voices } = await recordings(folder);
  const pairs = random.shuffle(faces).slice(0, voices.length);
  return random.shuffle(voices).flatMap((voice, index) => {
    const face = pairs[index];
    return face ? [recordedIdentity(face, digitVoice(voice), seed)] : [];
  });
}

/**
 * Two halves that share nobody: those who may enrol, and those who never do, each of whose voices has several faces. Where
 * more enrol than there are voices of many recordings, voices of one long utterance join them.
 */
export async function recordedHalves(folder: string, { seed, heldOut }: { seed: number; heldOut: number }) {
  const random = new Random('halves', seed);
  const { faces, voices } = await recordings(folder);
  const [mixed, other] = [random.shuffle(voices), await otherVoices(folder)];
  const halves = <T>(all: readonly T[]) => [
    all.filter((_, index) => index % 2 === 0),
    all.filter((_, index) => index % 2 === 1),
  ];
  const [voicesIn = [], voicesOut = []] = halves(mixed.map(digitVoice));
  const [otherIn = [], otherOut = []] = halves(other.map(utteranceVoice));
  const pool = random.shuffle(faces);
  const pair = (all: readonly Voice[]) =>
    all.flatMap((voice) => {
      const face = pool.pop();
      return face ? [{ identity: recordedIdentity(face, voice, seed), voice: voice.name }] : [];
    });
  const repeated = (all: readonly Voice[]) =>
    Array.from({ length: Math.min(heldOut, 8 * all.length) }, (_, index) => all[index % all.length]!);
  const people = {
    enrolling: pair(voicesIn),
    enrollingOther: pair(otherIn),
    heldOut: pair(repeated(voicesOut)),
    heldOutOther: pair(repeated(otherOut)),
  };
  const single = random.shuffle(await existing(folder, singleVoicesFolder));
  return { ...people, enrolling: [...people.enrolling, ...pair(single.map(singleVoice))] };
}

async function recordings(folder: string) {
  const faces = (await subfolders(folder, facesFolder)).filter(
    ({ files }) => files.length >= enrolmentImages + probeImages,
  );
  return { faces, voices: (await subfolders(folder, voicesFolder)).filter(canBeTried) };
}

/** Speakers of other languages, who say what they say: a folder each, corpus by corpus. */
async function otherVoices(folder: string): Promise<Folder[]> {
  const all = await Promise.all(otherVoiceFolders.map((corpus) => existing(folder, corpus)));
  return all.flat().filter(({ files }) => files.length >= 10);
}

const existing = (root: string, kind: string) => subfolders(root, kind).catch((): Folder[] => []);

interface Folder {
  readonly name: string;
  readonly path: string;
  readonly files: readonly string[];
}

async function subfolders(root: string, kind: string): Promise<Folder[]> {
  const path = join(root, kind);
  const names = await readdir(path).catch((cause: unknown) => {
    throw new UserError({
      kind: 'not-found',
      code: 'data_missing',
      message: `there is no folder ${path}`,
      action: `Name a folder that holds ${facesFolder} and ${voicesFolder}, or leave --data out for synthetic people.`,
      cause,
    });
  });
  return Promise.all(
    names.sort().map(async (name) => ({
      name,
      path: join(path, name),
      files: (await readdir(join(path, name))).filter((file) => /\.(jpe?g|png|flac|wav)$/i.test(file)).sort(),
    })),
  );
}

const repetitionsOf = (voice: Folder, digit: string) =>
  voice.files.filter((file) => file.startsWith(`d${digit}_`));

const digits = [...'0123456789'];
const utteranceDigits = 5;
const offeredUtterances = 6;

/** Of these there is one repetition to enrol with and another to try with. */
const enrolmentDigits = (voice: Folder) => digits.filter((digit) => repetitionsOf(voice, digit).length >= 2);

function canBeTried(voice: Folder): boolean {
  return (
    digits.every((digit) => repetitionsOf(voice, digit).length >= 1) &&
    enrolmentDigits(voice).length >= utteranceDigits
  );
}

/** Somebody's voice: utterances to enrol with and to try with, which share no recording. */
interface Voice {
  readonly name: string;
  enrolment(random: Random): AsyncIterable<Uint8Array>;
  speak(text: string, random: Random): Promise<Uint8Array>;
}

function recordedIdentity(face: Folder, voice: Voice, seed: number): Identity {
  const own = (purpose: string) => new Random(purpose, seed, face.name, voice.name);
  const images = own('images').shuffle(face.files);
  const probes = images.slice(-Math.max(probeImages, Math.floor(images.length * 0.4)));
  const enrolment = images.slice(0, -probes.length);
  const read = async (file: string) => new Uint8Array(await readFile(join(face.path, file)));
  return {
    name: `${face.name.replaceAll('_', ' ')} / ${voice.name}`,
    async *enrolmentFaces() {
      for (const image of enrolment) yield await read(image);
    },
    enrolmentVoices: () => voice.enrolment(own('enrolment')),
    faces(occasion) {
      const chosen = own(`faces ${occasion}`).shuffle(probes).slice(0, probeImages);
      return Promise.all(chosen.map(read));
    },
    speak: (text, occasion) => voice.speak(text, own(`voice ${occasion}`)),
  };
}

/** Whole utterances, whatever is asked for: the first half enrols, the second half tries. */
function utteranceVoice(voice: Folder): Voice {
  const middle = Math.floor(voice.files.length / 2);
  const read = async (file: string) => {
    const sound = await decodeAudio(new Uint8Array(await readFile(join(voice.path, file))));
    return wav(sound.subarray(0, 8 * sampleRate), sampleRate);
  };
  return {
    name: voice.name,
    async *enrolment(random) {
      for (const file of random.shuffle(voice.files.slice(0, middle)).slice(0, offeredUtterances))
        yield await read(file);
    },
    async speak(_text, random) {
      const later = voice.files.slice(middle);
      return read(later[random.below(later.length)]!);
    },
  };
}

/** One utterance cut up: its first part enrols in thirds, a piece of the rest tries. */
function singleVoice({ name, path, files: [file = ''] }: Folder): Voice {
  const sound = async () => decodeAudio(new Uint8Array(await readFile(join(path, file))));
  return {
    name,
    async *enrolment() {
      const whole = await sound();
      const third = Math.floor((whole.length * 0.7) / 3);
      for (let at = 0; at < 3; at++) yield wav(whole.subarray(at * third, (at + 1) * third), sampleRate);
    },
    async speak(_text, random) {
      const whole = await sound();
      const start = Math.floor(whole.length * random.between(0.7, 0.74));
      return wav(whole.subarray(start, start + Math.floor(whole.length * 0.26)), sampleRate);
    },
  };
}

/** Single digits, put together as they are asked for. */
function digitVoice(voice: Folder): Voice {
  const decoded = new Map<string, Promise<Float32Array>>();
  const clip = (file: string) => {
    const known = decoded.get(file) ?? readFile(join(voice.path, file)).then(decodeAudio);
    decoded.set(file, known);
    return known;
  };
  /** The first half of a digit's repetitions enrols, the second half tries. */
  const say = async (text: readonly string[], half: 'enrolment' | 'try', random: Random) => {
    const clips = text.map((digit) => {
      const all = repetitionsOf(voice, digit);
      const middle = Math.floor(all.length / 2);
      const usable = half === 'enrolment' ? all.slice(0, middle) : all.slice(middle);
      return clip(usable[random.below(usable.length)]!);
    });
    return wav(joined(await Promise.all(clips), random), sampleRate);
  };
  return {
    name: voice.name,
    async *enrolment(random) {
      for (let utterance = 0; utterance < offeredUtterances; utterance++) {
        yield await say(
          random.shuffle(enrolmentDigits(voice)).slice(0, utteranceDigits),
          'enrolment',
          random,
        );
      }
    },
    speak: (text, random) => say([...text], 'try', random),
  };
}

/** Words one after another with short pauses, as somebody reads digits from a screen. */
function joined(clips: readonly Float32Array[], random: Random): Float32Array {
  const pauses = clips.map(() => Math.round(sampleRate * random.between(0.08, 0.2)));
  const length = clips.reduce((sum, clip, index) => sum + clip.length + pauses[index]!, 0);
  const whole = new Float32Array(length);
  let at = 0;
  clips.forEach((clip, index) => {
    whole.set(clip, at);
    at += clip.length + pauses[index]!;
  });
  return whole;
}
