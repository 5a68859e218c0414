import { canonicalJson, type Digest } from '@visavox/core/digest';
import { SystemError, type UserError } from '@visavox/core/errors';
import type { BundleManifest } from '@visavox/core/model';
import { underCondition } from '@visavox/recognition/augmentation/copies';
import { featureSource, type Modality } from '@visavox/recognition/bundle-parts';
import { measuresOf, measuresOfVoice, secondsIn, takenWorse } from '@visavox/recognition/capture-conditions';
import {
  type CapturedRecording,
  capturedFace,
  capturedRecording,
  capturedVoice,
} from '@visavox/recognition/captured-recording';
import type { FeatureCache, FeatureKey } from '@visavox/recognition/feature-cache';
import { secondsOf } from '@visavox/recognition/recogniser';
import { isCaptureFault } from '@visavox/recognition/signals/capture-fault';
import type { Features, RecogniserPort } from '../recogniser-port.ts';
import type { Recordings } from '../retention/recordings.ts';
import type { Captures } from './captures.ts';

/** A loaded bundle, and under what its features are cached. */
export interface LoadedRecogniser {
  readonly recogniser: RecogniserPort;
  readonly sources: Readonly<Record<Modality, Omit<FeatureKey, 'sample'>>>;
}

export interface SampleReference {
  readonly digest: Digest;
  readonly modality: Modality;
}

export function loadedRecogniser(manifest: BundleManifest, recogniser: RecogniserPort): LoadedRecogniser {
  return {
    recogniser,
    sources: { face: featureSource(manifest, 'face'), voice: featureSource(manifest, 'voice') },
  };
}

/** Whether both make the same features of a recording: they differ in their heads and calibration at most. */
export function sameFeatures(a: LoadedRecogniser, b: LoadedRecogniser): boolean {
  return canonicalJson(a.sources) === canonicalJson(b.sources);
}

export async function featuresOfCaptures(recogniser: RecogniserPort, captures: Captures): Promise<Features> {
  const faces = captures.faces.length > 0 ? await recogniser.faceFeatures(captures.faces) : [];
  const voices: Float32Array[] = [];
  for (const capture of captures.voices) voices.push(await recogniser.voiceFeatures(capture));
  return {
    ...{ faces, voices, voiceSeconds: captures.voices.map(secondsOf) },
    voicesTakenWorse: captures.voices.map((capture) => takenWorse('voice', measuresOfVoice(capture))),
  };
}

/** Besides those of the recordings, the copies that this recogniser's templates are made of. */
export async function enrolledFeatures(
  { recogniser }: LoadedRecogniser,
  { captures, features, samples }: { captures: Captures; features: Features; samples: readonly Digest[] },
): Promise<Features> {
  const sampleOf = (position: number) => {
    const sample = samples[position];
    if (sample === undefined) throw new SystemError('there are fewer samples than captures');
    return sample;
  };
  const copies = { faces: [] as Float32Array[], voices: [] as Float32Array[] };
  for (const [index, capture] of captures.faces.entries()) {
    const face = capturedFace(recogniser, capture, sampleOf(index));
    copies.faces.push(...(await face.copiesForTemplate()));
  }
  for (const [index, capture] of captures.voices.entries()) {
    const voice = capturedVoice(recogniser, capture, sampleOf(captures.faces.length + index));
    copies.voices.push(...(await voice.copiesForTemplate()));
  }
  return { ...features, copies };
}

interface EnrolledSample {
  readonly features: Float32Array;
  /** Of speech. */
  readonly seconds: number | null;
  readonly copy: Float32Array | null;
}

/** Backbone outputs of retained samples, from the cache or computed and cached. */
export class SampleFeatures {
  readonly #cache: FeatureCache;
  readonly #recordings: Recordings;

  constructor(resources: { cache: FeatureCache; recordings: Recordings }) {
    this.#cache = resources.cache;
    this.#recordings = resources.recordings;
  }

  /**
   * What a template is made of: the samples, and the copies that stand beside them. A sample that was taken once and would be
   * refused today is left out, as long as another of its kind is there: nobody is locked out by stricter software.
   */
  async enrolled(samples: readonly SampleReference[], loaded: LoadedRecogniser): Promise<Features> {
    const taken: (EnrolledSample & { modality: Modality })[] = [];
    const refused: { modality: Modality; fault: UserError }[] = [];
    for (const sample of samples) {
      try {
        taken.push({ modality: sample.modality, ...(await this.#besideItsCopy(sample, loaded)) });
      } catch (error) {
        if (!isCaptureFault(error)) throw error;
        refused.push({ modality: sample.modality, fault: error });
      }
    }
    const lost = refused.find(({ modality }) => !taken.some((sample) => sample.modality === modality));
    if (lost) throw lost.fault;
    const of = (modality: Modality) => taken.filter((sample) => sample.modality === modality);
    const copiesOf = (modality: Modality) => of(modality).flatMap(({ copy }) => (copy ? [copy] : []));
    return {
      faces: of('face').map(({ features }) => features),
      voices: of('voice').map(({ features }) => features),
      voiceSeconds: taken.flatMap(({ seconds }) => (seconds === null ? [] : [seconds])),
      copies: { faces: copiesOf('face'), voices: copiesOf('voice') },
    };
  }

  async #besideItsCopy(sample: SampleReference, loaded: LoadedRecogniser): Promise<EnrolledSample> {
    const { modality, digest } = sample;
    const features = await this.#ofOne(sample, loaded, null);
    const condition = loaded.recogniser.enrolledCondition(modality, digest);
    if (modality === 'face' && !condition) return { features, seconds: null, copy: null };
    const measures = await this.#measured(sample, loaded);
    const seconds = secondsIn(modality, measures);
    if (!condition || takenWorse(modality, measures)) return { features, seconds, copy: null };
    return { features, seconds, copy: await this.#ofOne(sample, loaded, condition) };
  }

  /** Keeps what was computed already, in the order of the samples. */
  async remember(
    samples: readonly SampleReference[],
    features: Features,
    loaded: LoadedRecogniser,
  ): Promise<void> {
    const next = { face: features.faces.values(), voice: features.voices.values() };
    for (const sample of samples) {
      const vector = next[sample.modality].next().value;
      if (!vector) throw new SystemError(`there are fewer ${sample.modality} features than samples`);
      await this.#cache.put(keyOf(sample, loaded), vector);
    }
  }

  async forget(samples: readonly SampleReference[]): Promise<void> {
    for (const sample of samples) await this.#cache.forget(sample.digest);
  }

  async #ofOne(
    sample: SampleReference,
    loaded: LoadedRecogniser,
    condition: string | null,
  ): Promise<Float32Array> {
    const own = keyOf(sample, loaded);
    const key = condition === null ? own : underCondition(own, condition);
    return this.#cached(key, { sample, loaded }, (recording) =>
      condition === null ? recording.features() : recording.copy(condition),
    );
  }

  /** What the recording's conditions are told by. */
  async #measured(sample: SampleReference, loaded: LoadedRecogniser): Promise<Float32Array> {
    const key = measuresOf(keyOf(sample, loaded));
    return this.#cached(key, { sample, loaded }, async (recording) => recording.measured());
  }

  async #cached(
    key: FeatureKey,
    { sample, loaded }: { sample: SampleReference; loaded: LoadedRecogniser },
    compute: (recording: CapturedRecording) => Promise<Float32Array>,
  ): Promise<Float32Array> {
    const cached = await this.#cache.get(key);
    if (cached) return cached;
    const bytes = await this.#recordings.read(sample.digest);
    const vector = await compute(await capturedRecording(loaded.recogniser, { ...sample, bytes }));
    await this.#cache.put(key, vector);
    return vector;
  }
}

function keyOf(sample: SampleReference, loaded: LoadedRecogniser): FeatureKey {
  return { ...loaded.sources[sample.modality], sample: sample.digest };
}
