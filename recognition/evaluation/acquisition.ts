import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Digest, digestOf, digestOfJson, shortDigest } from '@visavox/core/digest';
import { messageOf, UserError } from '@visavox/core/errors';
import type { BundleManifest } from '@visavox/core/model';
import { AUGMENTATION } from '../augmentation/copies.ts';
import type { Modality } from '../bundle-parts.ts';
import { type CapturedRecording, capturedFace, capturedVoice } from '../captured-recording.ts';
import type { FacePoints } from '../face-finding/face-alignment.ts';
import type { Recogniser } from '../recogniser.ts';
import { decodeAudio, join as joinAudio, type LongAudio, SAMPLE_RATE } from '../signals/audio.ts';
import { captureFault, isCaptureFault } from '../signals/capture-fault.ts';
import { PREPROCESSING } from '../signals/signals.ts';
import { FeatureFile, type Remembered } from './feature-file.ts';
import { lineOf, overLine } from './lines.ts';
import type { Recording } from './lists.ts';
import { faceMeasures, type Measures, voiceMeasures } from './traits.ts';

/** Larger than what the decoders take. */
const LARGEST_FILE = 20 * 1024 * 1024;

/** Of the pieces of a recording together, as of a whole one. */
const LONGEST_SECONDS = 60;

/** What came of a recording: features with how it was recorded, or the code of the fault. */
export type Acquired = AcquiredRecording | { readonly fault: string };

export interface AcquiredRecording extends Remembered {
  readonly sample: Digest;
  /** As the wanted conditions would have spoiled it. */
  readonly copies: readonly { readonly condition: string; readonly features: Float32Array }[];
}

export const nameOf = (recording: Recording) => recording.join('|');

export interface AcquirerOptions {
  readonly root: string;
  /** Where features are kept; null for nowhere. */
  readonly cache: string | null;
  /** Recordings worked on at a time. The networks run beside each other, so one per core pays. */
  readonly lanes: number;
  /** Under which conditions copies of a recording (and its {@link nameOf}) are wanted; none if left out. */
  readonly copiesOf?: (sample: Digest, name: string) => readonly string[];
  /** Where the face of a picture is, in its pixels, by {@link nameOf}: such pictures are not searched, and none is refused. */
  readonly pointsOf?: (name: string) => FacePoints | undefined;
  /** What becomes of a recording that is longer than a sign-in takes: a fault if left out. */
  readonly longAudio?: LongAudio;
}

export interface AcquisitionOptions extends AcquirerOptions {
  /** Told how many recordings there are, and then how many are done. */
  readonly progress: (total: number) => (done: number) => void;
}

/** The features of each recording, by {@link nameOf}. A recording that cannot be used is a fault, not an error. */
export async function acquire(
  recogniser: Recogniser,
  manifest: BundleManifest,
  modality: Modality,
  recordings: readonly Recording[],
  options: AcquisitionOptions,
): Promise<ReadonlyMap<string, Acquired>> {
  const acquirer = await Acquirer.open(recogniser, manifest, modality, options);
  const results = new Map<string, Acquired>();
  const progress = options.progress(new Set(recordings.map(nameOf)).size);
  try {
    await acquirer.each(recordings, (name, acquired) => {
      results.set(name, acquired);
      progress(results.size);
    });
  } finally {
    await acquirer.close();
  }
  return results;
}

/** Recordings to features, in as many portions as its user wants to hold at a time. */
export class Acquirer {
  readonly #recogniser: Recogniser;
  readonly #modality: Modality;
  readonly #options: AcquirerOptions;
  readonly #features: FeatureFile;
  readonly #files: Files;

  private constructor(
    recogniser: Recogniser,
    modality: Modality,
    features: FeatureFile,
    options: AcquirerOptions,
  ) {
    this.#recogniser = recogniser;
    this.#modality = modality;
    this.#options = options;
    this.#features = features;
    this.#files = new Files(options.root, options.longAudio ?? 'refused');
  }

  static async open(
    recogniser: Recogniser,
    manifest: BundleManifest,
    modality: Modality,
    options: AcquirerOptions,
  ): Promise<Acquirer> {
    const source = featureSource(manifest, modality, options.longAudio ?? 'refused');
    const path = options.cache && join(options.cache, `${modality}-${shortDigest(source)}.jsonl`);
    return new Acquirer(recogniser, modality, await FeatureFile.open(path), options);
  }

  /** Hands over each of them once, in no order. */
  async each(
    recordings: readonly Recording[],
    take: (name: string, acquired: Acquired) => void | Promise<void>,
  ): Promise<void> {
    // Sorted, so that the pieces of one speaker are decoded once and then let go.
    const waiting = [...new Map(recordings.map((recording) => [nameOf(recording), recording]))].sort(
      ([a], [b]) => (a < b ? -1 : 1),
    );
    let next = 0;
    const lane = async () => {
      for (let one = waiting[next++]; one; one = waiting[next++])
        await take(one[0], await this.#acquire(...one));
    };
    await Promise.all(Array.from({ length: this.#options.lanes }, lane));
  }

  close(): Promise<void> {
    return this.#features.close();
  }

  async #acquire(name: string, recording: Recording): Promise<Acquired> {
    const points = this.#options.pointsOf?.(name);
    const file = await this.#files.digest(recording);
    // Cut out at given points, the same file is another picture.
    const sample = points ? digestOf(`${file} ${points.flat().join(' ')}`) : file;
    const capture = once(() =>
      captured(this.#recogniser, this.#modality, { recording, sample, points, files: this.#files }),
    );
    const wanted = this.#options.copiesOf?.(sample, name) ?? [];
    return acquireOne(this.#features, { sample, wanted, capture });
  }
}

/** What the file does not know is computed and put there. */
async function acquireOne(
  file: FeatureFile,
  {
    sample,
    wanted,
    capture,
  }: {
    sample: Digest;
    wanted: readonly string[];
    capture: () => Promise<CapturedRecording & { readonly measures: Measures }>;
  },
): Promise<Acquired> {
  const remembered = async (key: Digest, measures: Measures, compute: () => Promise<Float32Array>) => {
    const known = await file.get(key);
    if (known) return known;
    const made = { features: await compute(), measures };
    await file.put(key, made);
    return made;
  };
  try {
    const { features, measures } =
      (await file.get(sample)) ??
      (await remembered(sample, (await capture()).measures, async () => (await capture()).features()));
    const copies: { condition: string; features: Float32Array }[] = [];
    for (const condition of wanted) {
      const copy = await remembered(digestOf(`${sample} ${AUGMENTATION} ${condition}`), measures, async () =>
        (await capture()).copy(condition),
      );
      copies.push({ condition, features: copy.features });
    }
    return { sample, features, measures, copies };
  } catch (error) {
    if (isCaptureFault(error)) return { fault: error.code };
    throw error;
  }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** What decides a feature besides the recording: the networks before it and its own. */
function featureSource(manifest: BundleManifest, modality: Modality, longAudio: LongAudio): Digest {
  const used =
    modality === 'face'
      ? ['face-detector.onnx', 'face-mesh.onnx', 'face-backbone.onnx']
      : ['voice-activity.onnx', 'voice-backbone.onnx'];
  const networks = manifest.files.filter((entry) => used.includes(entry.path)).map((entry) => entry.digest);
  const cut = modality === 'voice' && longAudio === 'cut' ? { longAudio } : {};
  return digestOfJson({ networks, preprocessing: PREPROCESSING, decoding: 4, ...cut });
}

async function captured(
  recogniser: Recogniser,
  modality: Modality,
  {
    recording,
    sample,
    points,
    files,
  }: { recording: Recording; sample: Digest; points: FacePoints | undefined; files: Files },
): Promise<CapturedRecording & { readonly measures: Measures }> {
  if (modality === 'face') {
    const bytes = await files.bytes(recording[0] ?? '');
    const capture = points
      ? await recogniser.signals.captureFaceAt(bytes, points)
      : await recogniser.signals.captureFace(bytes);
    return { measures: faceMeasures(capture), ...capturedFace(recogniser, capture, sample) };
  }
  const { line, files: pieces } = lineOf(recording);
  const joined = joinAudio(await files.audioOf(pieces));
  const waveform = line ? await overLine(joined, line) : joined;
  if (waveform.length > LONGEST_SECONDS * SAMPLE_RATE)
    throw captureFault('audio_too_long', { maximumSeconds: LONGEST_SECONDS });
  const capture = await recogniser.signals.captureWaveform(waveform);
  return { measures: voiceMeasures(capture), ...capturedVoice(recogniser, capture, sample) };
}

/** Files under a folder, with the digests of all and the decoded audio of the last few hundred pieces of recordings. */
class Files {
  readonly #root: string;
  readonly #longAudio: LongAudio;
  readonly #digests = new Map<string, Digest>();
  readonly #audio = new Map<string, Promise<Float32Array>>();

  constructor(root: string, longAudio: LongAudio) {
    this.#root = root;
    this.#longAudio = longAudio;
  }

  /** Of a file that no decoder would take, only so much that it is refused for its size. */
  async bytes(path: string): Promise<Uint8Array> {
    const name = join(this.#root, path);
    try {
      const found = await stat(name);
      if (!found.isFile()) throw new TypeError('it is not a file');
      return found.size > LARGEST_FILE ? new Uint8Array(LARGEST_FILE + 1) : await readFile(name);
    } catch (cause) {
      throw new UserError({
        kind: 'not-found',
        code: 'file_missing',
        message: `${path} cannot be read under ${this.#root}: ${messageOf(cause)}`,
        action: 'Name the folder that the paths of the lists start from with --root.',
        cause,
      });
    }
  }

  async digest(recording: Recording): Promise<Digest> {
    const { line, files } = lineOf(recording);
    const parts: string[] = line ? [`over ${line}`] : [];
    for (const path of files) {
      const digest = this.#digests.get(path) ?? digestOf(await this.bytes(path));
      this.#digests.set(path, digest);
      parts.push(digest);
    }
    return digestOf(parts.join('|'));
  }

  /** A recording of one file is wanted once; a piece stands in several. */
  audioOf(recording: Recording): Promise<Float32Array[]> {
    const [only, ...others] = recording;
    return only !== undefined && others.length === 0
      ? this.#decoded(only).then((audio) => [audio])
      : Promise.all(recording.map((path) => this.#piece(path)));
  }

  #piece(path: string): Promise<Float32Array> {
    const known = this.#audio.get(path);
    if (known) return known;
    const decoded = this.#decoded(path);
    this.#audio.set(path, decoded);
    const [oldest] = this.#audio.keys();
    if (this.#audio.size > 400 && oldest !== undefined) this.#audio.delete(oldest);
    return decoded;
  }

  async #decoded(path: string): Promise<Float32Array> {
    return decodeAudio(await this.bytes(path), { long: this.#longAudio });
  }
}
