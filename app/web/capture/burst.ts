import { BurstFrame } from './frames.ts';

const EVERY_MS = 120;
/** What is before the speech matters for a turn of the head only, which is slow. */
const EVERY_MS_BEFORE = 240;
const LONGEST_BEFORE_MS = 8000;
const MOST = 72;

export interface BurstOfFrames {
  readonly frames: Blob[];
  /** Milliseconds from the beginning of the recording. */
  readonly times: number[];
}

export interface Taken {
  readonly at: number;
  readonly jpeg: Blob;
}

/** Takes small pictures while the person turns and speaks, each with its time. */
export class Burst {
  private readonly taken: Taken[] = [];
  /** Browsers encode when they find the time. */
  private readonly encoding: Promise<void>[] = [];
  private readonly frame = new BurstFrame();
  private readonly video: HTMLVideoElement;
  private readonly stopped = new AbortController();
  private takenAt = Number.NEGATIVE_INFINITY;

  constructor(video: HTMLVideoElement) {
    this.video = video;
    if ('requestVideoFrameCallback' in video) this.watch();
    else this.poll();
  }

  /** The pictures around a recording that began and lasted so long. */
  async around(startedAt: number, seconds: number): Promise<BurstOfFrames> {
    await Promise.all(this.encoding);
    return chosen(this.taken, startedAt, seconds);
  }

  /** All pictures of some moments, thinned out evenly to `most`. */
  within(moments: readonly { from: number; to: number }[], most: number): Taken[] {
    const within = this.taken.filter(({ at }) => moments.some(({ from, to }) => at >= from && at <= to));
    const every = Math.max(1, within.length / most);
    return within.filter((_, index) => Math.floor(index / every) !== Math.floor((index - 1) / every));
  }

  /** Goes on until a moment, and until what was taken by then is encoded. */
  async finish(at: number): Promise<void> {
    await new Promise((done) => setTimeout(done, Math.max(0, at - performance.now())));
    this.stop();
    await Promise.all(this.encoding);
  }

  stop(): void {
    this.stopped.abort();
  }

  /** Each picture of the camera once. */
  private watch(): void {
    this.video.requestVideoFrameCallback(() => {
      if (this.stopped.signal.aborted) return;
      this.watch();
      this.take();
    });
  }

  private poll(): void {
    const timer = setInterval(() => this.take(), EVERY_MS / 2);
    this.stopped.signal.addEventListener('abort', () => clearInterval(timer));
  }

  private take(): void {
    const at = performance.now();
    // A little less, so that a camera of 25 pictures a second gives every third one.
    if (at - this.takenAt < EVERY_MS * 0.95) return;
    this.takenAt = at;
    const encoded = this.frame.take(this.video).then((jpeg) => {
      if (jpeg) this.taken.push({ at, jpeg });
      this.taken.sort((one, other) => one.at - other.at); // one may overtake another on its way through the encoder
    });
    this.encoding.push(encoded);
  }
}

export function chosen(taken: readonly Taken[], startedAt: number, seconds: number): BurstOfFrames {
  const kept: { time: number; taken: Taken }[] = [];
  for (const one of taken) {
    const time = Math.round(one.at - startedAt);
    const last = kept.at(-1)?.time ?? Number.NEGATIVE_INFINITY;
    const apart = time < 0 ? EVERY_MS_BEFORE * 0.9 : 1;
    if (time >= -LONGEST_BEFORE_MS && time <= seconds * 1000 && time - last >= apart)
      kept.push({ time, taken: one });
  }
  const latest = kept.slice(-MOST);
  return {
    frames: latest.map(({ taken: { jpeg } }) => jpeg),
    times: latest.map(({ time }) => time),
  };
}
