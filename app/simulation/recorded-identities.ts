import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '@visavox/core/errors';
import { decodeAudio } from '@visavox/recognition/signals/audio';
import { Random } from '@visavox/recognition/synthetic/random';
import { wav } from '@visavox/recognition/synthetic/wav';
import type { Identity } from './identity.ts';

const facesFolder = join('faces', 'lfw');
const voicesFolder = join('voices', 'audiomnist_az');
const enrolmentImages = 4;
const probeImages = 2;
const sampleRate = 16_000;

/**
 * People of recordings: each face of `DIR/faces/lfw/PERSON/*.jpg` is paired with a voice of
 * `DIR/voices/audiomnist_az/SPEAKER/dDIGIT_rREPETITION.flac` by the seed.
 */
export async function recordedIdentities(folder: string, seed: number): Promise<Identity[]> {
  const random = new Random('pairs', seed);
  const faces = (await subfolders(folder, facesFolder)).filter(
    ({ files }) => files.length >= enrolmentImages + probeImages,
  );
  const voices = (await subfolders(folder, voicesFolder)).filter(canBeTried);
  const pairs = random.shuffle(faces).slice(0, voices.length);
  return random.shuffle(voices).flatMap((voice, index) => {
    const face = pairs[index];
    return face ? [recordedIdentity(face, voice, seed)] : [];
  });
}

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

function recordedIdentity(face: Folder, voice: Folder, seed: number): Identity {
  const own = (purpose: string) => new Random(purpose, seed, face.name, voice.name);
  const images = own('images').shuffle(face.files);
  const probes = images.slice(-Math.max(probeImages, Math.floor(images.length * 0.4)));
  const enrolment = images.slice(0, -probes.length);
  const read = async (file: string) => new Uint8Array(await readFile(join(face.path, file)));
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
    name: `${face.name.replaceAll('_', ' ')} / ${voice.name}`,
    async *enrolmentFaces() {
      for (const image of enrolment) yield await read(image);
    },
    async *enrolmentVoices() {
      const random = own('enrolment');
      for (let utterance = 0; utterance < offeredUtterances; utterance++) {
        yield await say(
          random.shuffle(enrolmentDigits(voice)).slice(0, utteranceDigits),
          'enrolment',
          random,
        );
      }
    },
    faces(occasion) {
      const chosen = own(`faces ${occasion}`).shuffle(probes).slice(0, probeImages);
      return Promise.all(chosen.map(read));
    },
    speak: (text, occasion) => say([...text], 'try', own(`voice ${occasion}`)),
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
