import { digestOf } from '@visavox/core/digest';
import { enrolledCondition } from '@visavox/recognition/augmentation/copies';
import type { Modality } from '@visavox/recognition/bundle-parts';
import { secondsIn, takenWorse } from '@visavox/recognition/capture-conditions';
import { capturedRecording } from '@visavox/recognition/captured-recording';
import { errorRates, wilson } from '@visavox/recognition/evaluation/error-rates';
import type { Recogniser } from '@visavox/recognition/recogniser';
import { isCaptureFault } from '@visavox/recognition/signals/capture-fault';
import { logLikelihoodRatio, scoreOf, unlimited } from '@visavox/recognition/signals/evidence-map';
import { enrolledSide, probeSide, type Side } from '@visavox/recognition/signals/sides';
import type { Identity } from './identity.ts';

/** An identity that never enrols, as it is and over other devices. */
export interface HeldOut {
  readonly plain: Identity;
  readonly shifted: Identity;
  /** Speaks another language: is there shifted only. */
  readonly foreign: boolean;
  /** Whose voice it is; those who share one are not compared. */
  readonly voice: string;
}

export interface HeldOutRate {
  readonly genuine: number;
  readonly impostor: number;
  readonly eer: number | null;
  /** At the threshold at which impostors of this slice match at the wanted rate; null where they are too few. */
  readonly fnmr: number | null;
  readonly interval: readonly [number, number] | null;
}

type Kind = 'fused' | 'face' | 'voice';
/** By slice: how people enrol and how they try. */
export type HeldOutSlices = Readonly<Record<string, Readonly<Record<Kind, HeldOutRate>>>>;
export interface HeldOutFigures {
  /** Of the model that was measured. */
  readonly version: number;
  readonly slices: HeldOutSlices;
}

/** The networks run beside each other. */
const atOnce = 2;
const ENROLLED = 3;
const TRIES = 6;
const DIGITS = ['4071', '8352', '1964', '2738', '5603', '9417'];

interface Features {
  /** To enrol with: each recording, and the copy that stands beside it where a model's templates are made so. */
  readonly faces: readonly Enrolled[];
  readonly voices: readonly Enrolled[];
  readonly tries: readonly { readonly faces: readonly Captured[]; readonly voice: Captured }[];
}

interface Captured {
  readonly features: Float32Array;
  /** Of a voice. */
  readonly seconds: number | null;
  readonly takenWorse: boolean;
}

interface Enrolled extends Captured {
  /** Empty where the recording has none. */
  readonly copies: readonly Float32Array[];
}

interface Embedded {
  readonly plain: Features;
  readonly shifted: Features;
  readonly foreign: boolean;
  readonly voice: string;
}

interface Claim {
  readonly enrolled: Features;
  readonly tried: Features;
  readonly voice: string;
}

/** Recordings of people who never enrol, embedded once for all model versions that share their networks. */
export class HeldOutPeople {
  readonly #people: readonly HeldOut[];
  readonly #features = new Map<string, Promise<readonly Embedded[]>>();

  constructor(people: readonly HeldOut[]) {
    this.#people = people;
  }

  /** `networks` names what the features are made by. */
  async figures(recogniser: Recogniser, networks: string, fmr: number): Promise<HeldOutSlices> {
    const known = this.#features.get(networks) ?? this.#embed(recogniser);
    this.#features.set(networks, known);
    const people = await known;
    const natives = people.filter((person) => !person.foreign);
    const foreigners = people.filter((person) => person.foreign);
    const later = foreigners.length > 0 ? foreigners : natives;
    const slices: [string, Claim[]][] = [
      ['unshifted', natives.map(({ plain, voice }) => ({ enrolled: plain, tried: plain, voice }))],
      ['shifted', later.map(({ shifted, voice }) => ({ enrolled: shifted, tried: shifted, voice }))],
    ];
    if (foreigners.length === 0)
      slices.push([
        'changed',
        natives.map(({ plain, shifted, voice }) => ({ enrolled: plain, tried: shifted, voice })),
      ]);
    const figures: [string, Record<Kind, HeldOutRate>][] = [];
    for (const [name, sides] of slices)
      if (sides.length >= 2) figures.push([name, await rates(recogniser, sides, fmr)]);
    return Object.fromEntries(figures);
  }

  async #embed(recogniser: Recogniser): Promise<Embedded[]> {
    const embedder = new Embedder(recogniser);
    const one = async ({ plain, shifted, foreign, voice }: HeldOut): Promise<Embedded[]> => {
      const own = await featuresOf(embedder, plain);
      const over = plain === shifted ? own : await featuresOf(embedder, shifted);
      return own && over ? [{ plain: own, shifted: over, foreign, voice }] : [];
    };
    const embedded: Embedded[] = [];
    for (let start = 0; start < this.#people.length; start += atOnce) {
      const some = await Promise.all(this.#people.slice(start, start + atOnce).map(one));
      embedded.push(...some.flat());
    }
    return embedded;
  }
}

/** Features by content: a shift of the voice leaves the images what they are. */
class Embedder {
  readonly #recogniser: Recogniser;
  readonly #known = new Map<string, Promise<Captured | undefined>>();

  constructor(recogniser: Recogniser) {
    this.#recogniser = recogniser;
  }

  async features(modality: Modality, bytes: Uint8Array): Promise<Captured | undefined> {
    return this.#once(bytes, '', async () => {
      const recording = await this.#captured(modality, bytes);
      const measures = recording.measured();
      return {
        features: await recording.features(),
        ...{ seconds: secondsIn(modality, measures), takenWorse: takenWorse(modality, measures) },
      };
    });
  }

  async enrolled(modality: Modality, bytes: Uint8Array): Promise<Enrolled | undefined> {
    const captured = await this.features(modality, bytes);
    if (!captured) return undefined;
    const copy = await this.#once(bytes, 'copy', async () => {
      const recording = await this.#captured(modality, bytes);
      if (takenWorse(modality, recording.measured())) return undefined;
      const features = await recording.copy(enrolledCondition(modality, digestOf(bytes)));
      return { ...captured, features };
    });
    return { ...captured, copies: copy ? [copy.features] : [] };
  }

  #captured(modality: Modality, bytes: Uint8Array) {
    return capturedRecording(this.#recogniser, { modality, digest: digestOf(bytes), bytes });
  }

  #once(bytes: Uint8Array, what: string, work: () => Promise<Captured | undefined>) {
    const name = `${digestOf(bytes)} ${what}`;
    const known = this.#known.get(name) ?? usable(work);
    this.#known.set(name, known);
    return known;
  }
}

async function featuresOf(embedder: Embedder, identity: Identity): Promise<Features | null> {
  const faces = await firstUsable(identity.enrolmentFaces(), (bytes) => embedder.enrolled('face', bytes));
  const voices = await firstUsable(identity.enrolmentVoices(), (bytes) => embedder.enrolled('voice', bytes));
  const face = (bytes: Uint8Array) => embedder.features('face', bytes);
  const tries: { faces: readonly Captured[]; voice: Captured }[] = [];
  for (const [occasion, digits] of DIGITS.entries()) {
    if (tries.length === TRIES) break;
    const seen = (await Promise.all((await identity.faces(occasion)).map(face))).flatMap((one) => one ?? []);
    const heard = await embedder.features('voice', await identity.speak(digits, occasion));
    if (seen.length > 0 && heard) tries.push({ faces: seen, voice: heard });
  }
  if (faces.length < ENROLLED || voices.length < ENROLLED || tries.length === 0) return null;
  return { faces, voices, tries };
}

async function firstUsable(
  recordings: AsyncIterable<Uint8Array>,
  features: (bytes: Uint8Array) => Promise<Enrolled | undefined>,
): Promise<Enrolled[]> {
  const found: Enrolled[] = [];
  for await (const bytes of recordings) {
    const one = await features(bytes);
    if (one) found.push(one);
    if (found.length === ENROLLED) break;
  }
  return found;
}

async function usable<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (isCaptureFault(error)) return undefined;
    throw error;
  }
}

interface Ratios {
  readonly face: number;
  readonly voice: number;
  readonly fused: number;
}

/** Everyone against everyone: a template of three recordings against one try. */
async function rates(
  recogniser: Recogniser,
  claims: readonly Claim[],
  fmr: number,
): Promise<Record<Kind, HeldOutRate>> {
  const people = await Promise.all(
    claims.map(async ({ enrolled, tried, voice }) => ({
      speaker: voice,
      face: await templateOf(recogniser, 'face', enrolled.faces),
      voice: await templateOf(recogniser, 'voice', enrolled.voices),
      tries: await Promise.all(
        tried.tries.map(async (one) => ({
          face: await sideOf(recogniser, 'face', one.faces),
          voice: await sideOf(recogniser, 'voice', [one.voice]),
        })),
      ),
    })),
  );
  const maps = {
    face: unlimited(recogniser.calibration.face),
    voice: unlimited(recogniser.calibration.voice),
  };
  const ratio = (modality: Modality, enrolled: Side, probe: Side) =>
    logLikelihoodRatio(maps[modality], scoreOf(maps[modality], enrolled, probe));
  const [genuine, impostor]: [Ratios[], Ratios[]] = [[], []];
  people.forEach((claimed, a) => {
    people.forEach((claimant, b) => {
      if (a !== b && claimed.speaker === claimant.speaker) return;
      for (const one of claimant.tries) {
        const face = ratio('face', claimed.face, one.face);
        const voice = ratio('voice', claimed.voice, one.voice);
        (a === b ? genuine : impostor).push({ face, voice, fused: face + voice });
      }
    });
  });
  const rate = (kind: Kind): HeldOutRate => {
    const own = genuine.map((one) => one[kind]);
    const foreign = impostor.map((one) => one[kind]).sort((x, y) => y - x);
    const { eer } = errorRates(own, foreign);
    // Rule of three: with fewer impostors nothing can be said about so rare a match.
    const refused = foreign.length >= 3 / fmr ? foreign[Math.floor(foreign.length * fmr)] : undefined;
    const misses = refused === undefined ? null : own.filter((ratio) => ratio <= refused).length;
    return {
      genuine: own.length,
      impostor: foreign.length,
      eer,
      fnmr: misses === null ? null : misses / own.length,
      interval: misses === null ? null : wilson(misses, own.length),
    };
  };
  return { fused: rate('fused'), face: rate('face'), voice: rate('voice') };
}

async function templateOf(
  recogniser: Recogniser,
  modality: 'face' | 'voice',
  enrolled: readonly Enrolled[],
): Promise<Side> {
  const recordings = enrolled.map(async ({ features, seconds, copies }) => {
    const beside = recogniser.calibration[modality].copies ? copies : [];
    const [vector = new Float32Array(), ...others] = await recogniser.embed(modality, [features, ...beside]);
    const together = vector.map((value, at) => others.reduce((sum, copy) => sum + (copy[at] ?? 0), value));
    return { vector, enrolled: together, seconds };
  });
  return enrolledSide(await Promise.all(recordings));
}

async function sideOf(
  recogniser: Recogniser,
  modality: 'face' | 'voice',
  captured: readonly Captured[],
): Promise<Side> {
  const vectors = await recogniser.embed(
    modality,
    captured.map(({ features }) => features),
  );
  const { apart = false } = recogniser.calibration[modality];
  return probeSide(
    captured.flatMap(({ seconds, takenWorse }, index) => {
      const vector = vectors[index];
      return vector ? [{ vector, seconds, takenWorse: apart ? takenWorse : undefined }] : [];
    }),
  );
}
