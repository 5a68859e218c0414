import { SystemError, type UserError } from '@visavox/core/errors';
import { type CaptureCode, captureFault, isCaptureCode } from '../signals/capture-fault.ts';
import type { Decoder } from '../signals/decoder.ts';
import type { RgbImage } from '../signals/image.ts';
import type { What } from './decoding-messages.ts';
import { type Content, DecodingEnded } from './decoding-process.ts';
import { Lane } from './lane.ts';

export interface DecoderPoolOptions {
  /** How many files are decoded at once, those apart that take long. */
  readonly processes?: number;
  /** What is done around waiting for a slow file, such as giving one's place to somebody else. */
  readonly aside?: <T>(work: () => Promise<T>) => Promise<T>;
  /** Told when a process died, or had to be ended. */
  readonly onEnded?: (reason: string) => void;
}

/** Ordinary files: a photograph takes a tenth of a second. */
const quick = { deadlineMs: 3000, deadlineEachMs: 100, megabytes: 350, patient: false } as const;
/** Photographs of up to 40 megapixels, which take up to a few seconds: after everything else and one at a time. */
const patient = { deadlineMs: 10_000, deadlineEachMs: 0, megabytes: 500, patient: true } as const;
const patientWaiting = 8;
const noTurn = <T>(work: () => Promise<T>) => work();

/** Decodes in processes of its own, so that a file costs no more than its own answer, whatever it does to its decoder. */
export class DecoderPool implements Decoder {
  readonly #quick: Lane;
  readonly #patient: Lane;
  readonly #aside: <T>(work: () => Promise<T>) => Promise<T>;

  /** The first process starts at once; whoever comes before it is there waits for it. */
  constructor({ processes = 2, aside = noTurn, onEnded = () => undefined }: DecoderPoolOptions = {}) {
    this.#quick = new Lane({
      ...{ limits: quick, most: processes, kept: 1, onEnded },
      ...{ waiting: Number.POSITIVE_INFINITY, restShare: 0 },
    });
    this.#patient = new Lane({
      ...{ limits: patient, most: 1, kept: 0, onEnded },
      ...{ waiting: patientWaiting, restShare: 2 },
    });
    this.#aside = aside;
  }

  async image(bytes: Uint8Array): Promise<RgbImage> {
    const quickly = await this.#one(this.#quick, 'image', bytes);
    const content =
      quickly.decoded.kind === 'large'
        ? await this.#aside(() => this.#one(this.#patient, 'large-image', bytes))
        : quickly;
    return imageOf(content);
  }

  async *images(files: readonly Uint8Array[]): AsyncGenerator<RgbImage> {
    if (files.length === 0) return;
    for await (const content of this.#run(this.#quick, 'burst', files)) yield imageOf(content);
  }

  async audio(bytes: Uint8Array): Promise<Float32Array> {
    const { decoded, bytes: samples } = await this.#one(this.#quick, 'audio', bytes);
    if (decoded.kind !== 'audio') throw unexpected();
    return new Float32Array(samples.buffer);
  }

  /** Throws when no process is there and none can be started. */
  async check(): Promise<void> {
    await this.#quick.check();
  }

  /** Its processes, those for large pictures last. */
  readonly pids = (): readonly number[] => [...this.#quick.pids(), ...this.#patient.pids()];

  async close(): Promise<void> {
    await Promise.all([this.#quick.close(), this.#patient.close()]);
  }

  async #one(lane: Lane, what: What, bytes: Uint8Array): Promise<Content> {
    for await (const content of this.#run(lane, what, [bytes])) return content;
    throw unexpected();
  }

  /** A process that died may have died of something else: whatever is decoded by none of two is at fault itself. */
  async *#run(lane: Lane, what: What, files: readonly Uint8Array[]): AsyncGenerator<Content> {
    for (let attempt = 1, given = 0; ; attempt++) {
      try {
        for await (const contents of lane.run(what, files))
          for (const content of contents) {
            if (content.decoded.kind === 'fault') throw faultOf(content.decoded, what);
            given++;
            yield content;
          }
        return;
      } catch (error) {
        if (!(error instanceof DecodingEnded)) throw error;
        if (!error.deliberately && attempt === 1 && given === 0) continue;
        throw captureFault(unreadable(what), { reason: 'it could not be decoded' }, error);
      }
    }
  }
}

function imageOf({ decoded, bytes }: Content): RgbImage {
  if (decoded.kind !== 'image') throw unexpected();
  const { width, height, scale } = decoded;
  return { width, height, scale, data: bytes };
}

function faultOf(
  { code, details }: { code: string; details: Record<string, unknown> },
  what: What,
): UserError {
  return captureFault(isCaptureCode(code) ? code : unreadable(what), details);
}

function unreadable(what: What): CaptureCode {
  return what === 'audio' ? 'audio_unreadable' : 'image_unreadable';
}

function unexpected(): SystemError {
  return new SystemError('a file decoded to something else than was asked for');
}
