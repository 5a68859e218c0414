import { type Digest, digestOf, digestOfJson } from '@visavox/core/digest';
import { SystemError, UserError } from '@visavox/core/errors';
import { type BundleManifest, bundleDigest } from '@visavox/core/model';
import type { ServedBundle } from '@visavox/core/ports';
import { openInProcess } from '@visavox/serving/host/in-process-model-host';
import { copiedFace, copiedVoice } from './augmentation/copied-capture.ts';
import { enrolledCondition } from './augmentation/copies.ts';
import { faceAlignmentOf, RecogniserProperties } from './bundle-parts.ts';
import { Calibration } from './signals/calibration.ts';
import { type Decision, decide, type Evidence, fuse } from './signals/decision.ts';
import type { Decoder } from './signals/decoder.ts';
import { logLikelihoodRatio, REFERENCE, scoreOf } from './signals/evidence-map.ts';
import { effectiveCount } from './signals/fit-map.ts';
import { coherenceOf, probeSide, type Side, totalSeconds } from './signals/sides.ts';
import { type FaceCapture, PREPROCESSING, Signals, type VoiceCapture } from './signals/signals.ts';
import { meanDirection } from './signals/vectors.ts';

export { publishedBundle } from './bundle.ts';
export type { Decision, Evidence } from './signals/decision.ts';
export { type FaceCapture, Signals, secondsOf, type VoiceCapture } from './signals/signals.ts';

/** What a person is recognised by. Only comparable within its contract. */
export interface Template {
  readonly contract: Digest;
  readonly face: Float32Array | null;
  readonly voice: Float32Array | null;
  /** The voice of the recordings alone, where `voice` has copies in it and what comes in clear is compared with the former. */
  readonly voiceAlone?: Float32Array;
  /** What calibrations want to know besides. Templates that were stored without it are compared with what lets the fewest in. */
  readonly beside?: Readonly<Record<'face' | 'voice', Omit<Side, 'direction'> | null>>;
}

/** Outputs of the backbones for an enrolment. */
export interface EnrolmentFeatures {
  readonly faces: readonly Float32Array[];
  readonly voices: readonly Float32Array[];
  /** How long each of the voices is ({@link secondsOf}), in their order. */
  readonly voiceSeconds?: readonly number[];
  /** Whether each of them came over such a line as copies imitate ({@link takenWorse}). */
  readonly voicesTakenWorse?: readonly boolean[];
  /** Of the copies that stand beside the recordings ({@link Recogniser.enrolledCondition}). */
  readonly copies?: { readonly faces: readonly Float32Array[]; readonly voices: readonly Float32Array[] };
}

/** One of the voices, as a try that says it. */
export function voiceAmong(
  { voices, voiceSeconds, voicesTakenWorse }: EnrolmentFeatures,
  index: number,
): Pick<Probe, 'voice' | 'voiceSeconds' | 'voiceTakenWorse'> {
  return {
    voice: voices[index] ?? null,
    voiceSeconds: voiceSeconds?.[index],
    voiceTakenWorse: voicesTakenWorse?.[index],
  };
}

/** What was seen and heard in one try. */
export interface Probe {
  readonly faces: readonly Float32Array[];
  readonly voice: Float32Array | null;
  /** How long the voice is ({@link secondsOf}). Left out, the voice has to be as near as a long one. */
  readonly voiceSeconds?: number | undefined;
  /** {@link takenWorse}; left out, it is compared with the recordings and their copies together. */
  readonly voiceTakenWorse?: boolean | undefined;
  /** Of the best face, 0..1; good if left out. That of a voice was measured to say nothing of how far to trust it. */
  readonly faceQuality?: number;
}

/** The networks of a bundle that are served, here or elsewhere; the others (detection, voice activity) prepare their input. */
export const SERVED_NETWORKS = ['face-backbone', 'face-head', 'voice-backbone', 'voice-head'] as const;

/** One model version that answers. */
export class Recogniser {
  readonly bundle: Digest;
  readonly contract: Digest;
  readonly dimension: { readonly face: number; readonly voice: number };
  readonly calibration: Calibration;
  readonly signals: Signals;
  readonly #served: ServedBundle;

  private constructor(parts: {
    bundle: Digest;
    properties: RecogniserProperties;
    calibration: Calibration;
    signals: Signals;
    served: ServedBundle;
  }) {
    this.bundle = parts.bundle;
    this.contract = embeddingContract(parts.bundle, parts.properties);
    this.dimension = parts.properties.dimension;
    this.calibration = parts.calibration;
    this.signals = parts.signals;
    this.#served = parts.served;
  }

  /**
   * Checks every file against the manifest, so that what serves is what was registered. `served`: where the
   * networks answer, if not in this process; the recogniser closes it. `decoder`: what reads recordings, if not this
   * process.
   */
  static async load(
    manifest: BundleManifest,
    files: ReadonlyMap<string, Uint8Array>,
    served?: ServedBundle,
    decoder?: Decoder,
  ): Promise<Recogniser> {
    for (const { path, digest } of manifest.files) {
      const bytes = files.get(path);
      if (!bytes) throw new SystemError(`bundle ${bundleDigest(manifest)} lacks its file ${path}`);
      if (digestOf(bytes) !== digest)
        throw new SystemError(`${path} is not the file that bundle ${bundleDigest(manifest)} names`);
    }
    const properties = RecogniserProperties.parse(manifest.properties);
    if (properties.preprocessing !== PREPROCESSING)
      throw new UserError({
        kind: 'conflict',
        code: 'preprocessing_mismatch',
        message: `The bundle was made for the preprocessing ${properties.preprocessing}; this is ${PREPROCESSING}.`,
        action: 'Retrain the model with this version of the software, or serve it with the one that made it.',
      });
    const calibration = Calibration.parse(
      JSON.parse(new TextDecoder().decode(files.get('calibration.json'))),
    );
    return new Recogniser({
      bundle: bundleDigest(manifest),
      properties,
      calibration,
      signals: await Signals.load(files, { faceAlignment: faceAlignmentOf(properties), decoder }),
      served: served ?? (await openInProcess({ files }, SERVED_NETWORKS)),
    });
  }

  /** Output of the face backbone for each capture. */
  async faceFeatures(captures: readonly FaceCapture[]): Promise<Float32Array[]> {
    if (captures.length === 0) return [];
    const side = this.signals.faceAlignment.canvas;
    const size = side * side * 3;
    const pixels = new Float32Array(captures.length * size);
    captures.forEach(({ crop }, index) => {
      pixels.set(crop, index * size);
    });
    const shape = [captures.length, side, side, 3];
    return rows(await this.#served.infer('face-backbone', { data: pixels, shape }), captures.length);
  }

  /** Output of the voice backbone. */
  async voiceFeatures({ waveform }: Pick<VoiceCapture, 'waveform'>): Promise<Float32Array> {
    return this.#served.infer('voice-backbone', { data: waveform, shape: [1, waveform.length] });
  }

  /** The condition of the copy that stands beside this recording in a template; null where templates have none. */
  enrolledCondition(modality: 'face' | 'voice', sample: Digest): string | null {
    return this.calibration[modality].copies ? enrolledCondition(modality, sample) : null;
  }

  /** Output of the face backbone for the recording's copy under a condition. */
  async copiedFaceFeatures(capture: FaceCapture, sample: Digest, condition: string): Promise<Float32Array> {
    const [features] = await this.faceFeatures([await copiedFace(capture, sample, condition)]);
    if (!features) throw new SystemError('the face network answered nothing');
    return features;
  }

  /** The same of the voice backbone. */
  async copiedVoiceFeatures(capture: VoiceCapture, sample: Digest, condition: string): Promise<Float32Array> {
    return this.voiceFeatures(copiedVoice(capture, sample, condition));
  }

  /** Features of one modality through its head: unit vectors. */
  async embed(modality: 'face' | 'voice', features: readonly Float32Array[]): Promise<Float32Array[]> {
    const [first] = features;
    if (!first) return [];
    const joined = new Float32Array(features.length * first.length);
    features.forEach((feature, index) => {
      joined.set(feature, index * first.length);
    });
    const shape = [features.length, first.length];
    return rows(await this.#served.infer(`${modality}-head`, { data: joined, shape }), features.length);
  }

  async template({ faces, voices, voiceSeconds, copies }: EnrolmentFeatures): Promise<Template> {
    const face = await this.#enrolled('face', faces, copies?.faces);
    const voice = await this.#enrolled('voice', voices, copies?.voices);
    const seconds = voiceSeconds?.length === voices.length ? totalSeconds(voiceSeconds) : null;
    return {
      contract: this.contract,
      face: face?.direction ?? null,
      voice: voice?.direction ?? null,
      ...(voice && this.calibration.voice.apart && { voiceAlone: voice.alone }),
      beside: {
        face: face && { coherence: face.coherence, seconds: null },
        voice: voice && { coherence: voice.coherence, seconds },
      },
    };
  }

  /**
   * What a try says, or several tries of one visitor together: their faces and their utterances count as more of each.
   */
  async compare(template: Template, tries: Probe | readonly Probe[]): Promise<Evidence> {
    if (template.contract !== this.contract)
      throw new SystemError(
        `a template of contract ${template.contract} cannot be compared under contract ${this.contract}`,
      );
    const probes = isSeveral(tries) ? tries : [tries];
    return fuse(await this.#faceRatio(template, probes), await this.#voiceRatio(template, probes));
  }

  async #faceRatio(template: Template, probes: readonly Probe[]): Promise<number | null> {
    const faces = await this.embed(
      'face',
      probes.flatMap((probe) => probe.faces),
    );
    const enrolled = enrolledSideOf(template, 'face');
    if (!enrolled || faces.length === 0) return null;
    const map = this.calibration.face;
    const probe = probeSide(faces.map((vector) => ({ vector })));
    const counts = { enrol: REFERENCE.enrol, probe: effectiveCount(map, faces.length, probe.coherence) };
    const seen = probes.filter((one) => one.faces.length > 0);
    const quality = Math.max(...seen.map(({ faceQuality = 1 }) => faceQuality));
    return logLikelihoodRatio(map, scoreOf(map, enrolled, probe), counts, quality);
  }

  async #voiceRatio(template: Template, probes: readonly Probe[]): Promise<number | null> {
    const heard = probes.flatMap(({ voice, voiceSeconds: seconds = null, voiceTakenWorse: takenWorse }) =>
      voice ? [{ voice, seconds, takenWorse }] : [],
    );
    const voices = await this.embed(
      'voice',
      heard.map(({ voice }) => voice),
    );
    const known = enrolledSideOf(template, 'voice');
    if (!known || voices.length === 0) return null;
    const enrolled = template.voiceAlone ? { ...known, alone: template.voiceAlone } : known;
    const probe = probeSide(
      heard.flatMap(({ seconds, takenWorse }, index) => {
        const vector = voices[index];
        return vector ? [{ vector, seconds, takenWorse }] : [];
      }),
    );
    const map = this.calibration.voice;
    return logLikelihoodRatio(map, scoreOf(map, enrolled, probe));
  }

  decide(evidence: Evidence): Decision {
    return decide(evidence, this.calibration.decision);
  }

  async close(): Promise<void> {
    await this.#served.close();
    await this.signals.close();
  }

  async #enrolled(
    modality: 'face' | 'voice',
    features: readonly Float32Array[],
    copies: readonly Float32Array[] = [],
  ): Promise<(Pick<Side, 'direction' | 'coherence'> & { readonly alone: Float32Array }) | null> {
    if (features.length === 0) return null;
    const vectors = await this.embed(modality, [...features, ...copies]);
    const own = vectors.slice(0, features.length);
    return {
      direction: meanDirection(vectors),
      alone: meanDirection(own),
      // A copy is less like its recording than a second recording would be.
      coherence: coherenceOf(own),
    };
  }
}

function enrolledSideOf(template: Template, modality: 'face' | 'voice'): Side | null {
  const direction = template[modality];
  return direction && { coherence: null, seconds: null, ...template.beside?.[modality], direction };
}

function isSeveral(tries: Probe | readonly Probe[]): tries is readonly Probe[] {
  return Array.isArray(tries);
}

/** Vectors are comparable exactly if these agree. */
export function embeddingContract(bundle: Digest, properties: RecogniserProperties): Digest {
  return digestOfJson({ bundle, dimension: properties.dimension, preprocessing: properties.preprocessing });
}

function rows(matrix: Float32Array, count: number): Float32Array[] {
  const width = matrix.length / count;
  return Array.from({ length: count }, (_, row) => matrix.slice(row * width, (row + 1) * width));
}
