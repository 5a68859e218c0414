import type { Digest } from '@visavox/core/digest';
import type { BundleManifest } from '@visavox/core/model';
import { getBlob, type ObjectStore } from '@visavox/core/object-store';
import { copySource } from './augmentation/copies.ts';
import { featureSource, type Modality } from './bundle-parts.ts';
import {
  type Condition,
  conditionOf,
  measuresOf,
  qualityOf,
  secondsIn,
  takenWorse,
} from './capture-conditions.ts';
import { type CapturedRecording, capturedRecording } from './captured-recording.ts';
import { FeatureCache, type FeatureKey } from './feature-cache.ts';
import type { Recogniser } from './recogniser.ts';

export interface EmbeddedSample {
  readonly condition: Condition;
  /** Has no copy in a template. */
  readonly takenWorse: boolean;
  readonly quality: number;
  /** Of a voice. */
  readonly seconds: number | null;
  readonly features: Float32Array;
  readonly copies: readonly { readonly condition: string; readonly features: Float32Array }[];
}

/** Features of a sample and of augmented copies of it. What was computed before comes from the cache. */
export class SampleEmbedder {
  readonly counts = { embedded: 0, cached: 0 };
  readonly #objects: ObjectStore;
  readonly #cache: FeatureCache;
  readonly #recogniser: Recogniser;
  readonly #manifest: BundleManifest;

  constructor(resources: { objects: ObjectStore; recogniser: Recogniser; manifest: BundleManifest }) {
    this.#objects = resources.objects;
    this.#cache = new FeatureCache(resources.objects);
    this.#recogniser = resources.recogniser;
    this.#manifest = resources.manifest;
  }

  /** A recording that cannot be used is a capture fault. */
  async embed(modality: Modality, sample: Digest, copies: readonly string[]): Promise<EmbeddedSample> {
    const own: FeatureKey = { ...featureSource(this.#manifest, modality), sample };
    let prepared: Promise<CapturedRecording> | undefined;
    const prepare = () => {
      prepared ??= this.#prepare(modality, sample);
      return prepared;
    };
    const features = await this.#cached(own, async () => (await prepare()).features());
    const measures = await this.#cached(measuresOf(own), async () => (await prepare()).measured());
    const made: { condition: string; features: Float32Array }[] = [];
    for (const condition of copies) {
      const key = { ...copySource(this.#manifest, modality, condition), sample };
      made.push({
        condition,
        features: await this.#cached(key, async () => (await prepare()).copy(condition)),
      });
    }
    return {
      condition: conditionOf(modality, measures),
      takenWorse: takenWorse(modality, measures),
      quality: qualityOf(measures),
      seconds: secondsIn(modality, measures),
      features,
      copies: made,
    };
  }

  async #cached(key: FeatureKey, compute: () => Promise<Float32Array>): Promise<Float32Array> {
    const known = await this.#cache.get(key);
    if (known) {
      this.counts.cached += 1;
      return known;
    }
    const vector = await compute();
    await this.#cache.put(key, vector);
    this.counts.embedded += 1;
    return vector;
  }

  async #prepare(modality: Modality, sample: Digest): Promise<CapturedRecording> {
    const bytes = await getBlob(this.#objects, sample);
    return capturedRecording(this.#recogniser, { modality, digest: sample, bytes });
  }
}
