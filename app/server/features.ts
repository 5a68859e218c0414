import { canonicalJson, type Digest } from '@visavox/core/digest';
import { SystemError } from '@visavox/core/errors';
import type { BundleManifest } from '@visavox/core/model';
import { featureSource } from '@visavox/recognition/bundle-parts';
import type { FeatureCache, FeatureKey } from '@visavox/recognition/feature-cache';
import type { Captures } from './captures.ts';
import type { Features, RecogniserPort } from './recogniser-port.ts';
import type { Recordings } from './recordings.ts';
import type { Modality } from './tables.ts';

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
  return { faces, voices };
}

/** Backbone outputs of retained samples, from the cache or computed and cached. */
export class SampleFeatures {
  readonly #cache: FeatureCache;
  readonly #recordings: Recordings;

  constructor(resources: { cache: FeatureCache; recordings: Recordings }) {
    this.#cache = resources.cache;
    this.#recordings = resources.recordings;
  }

  async of(samples: readonly SampleReference[], loaded: LoadedRecogniser): Promise<Features> {
    const faces: Float32Array[] = [];
    const voices: Float32Array[] = [];
    for (const sample of samples)
      (sample.modality === 'face' ? faces : voices).push(await this.#ofOne(sample, loaded));
    return { faces, voices };
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

  async #ofOne(sample: SampleReference, loaded: LoadedRecogniser): Promise<Float32Array> {
    const cached = await this.#cache.get(keyOf(sample, loaded));
    if (cached) return cached;
    const { recogniser } = loaded;
    const bytes = await this.#recordings.read(sample.digest);
    const vector =
      sample.modality === 'face'
        ? (await recogniser.faceFeatures([await recogniser.signals.captureFace(bytes)]))[0]
        : await recogniser.voiceFeatures(await recogniser.signals.captureVoice(bytes));
    if (!vector) throw new SystemError(`no features came of sample ${sample.digest}`);
    await this.#cache.put(keyOf(sample, loaded), vector);
    return vector;
  }
}

function keyOf(sample: SampleReference, loaded: LoadedRecogniser): FeatureKey {
  return { ...loaded.sources[sample.modality], sample: sample.digest };
}
