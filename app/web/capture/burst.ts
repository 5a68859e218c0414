import { grabBurstFrame } from './frames.ts';

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

interface Taken {
  readonly at: number;
  readonly jpeg: Blob;
}

/** Takes small pictures while the person turns and speaks, each with its time. */
export class Burst {
  private readonly taken: Taken[] = [];
  private readonly timer: ReturnType<typeof setInterval>;
  private busy = false;

  constructor(video: HTMLVideoElement) {
    const canvas = document.createElement('canvas');
    this.timer = setInterval(() => void this.take(video, canvas), EVERY_MS);
  }

  /** The pictures around a recording that began and lasted so long. */
  around(startedAt: number, seconds: number): BurstOfFrames {
    return chosen(this.taken, startedAt, seconds);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async take(video: HTMLVideoElement, canvas: HTMLCanvasElement): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    const at = performance.now();
    const jpeg = await grabBurstFrame(video, canvas).finally(() => {
      this.busy = false;
    });
    if (jpeg) this.taken.push({ at, jpeg });
  }
}

export function chosen(taken: readonly Taken[], startedAt: number, seconds: number): BurstOfFrames {
  const kept: { time: number; jpeg: Blob }[] = [];
  for (const { at, jpeg } of taken) {
    const time = Math.round(at - startedAt);
    const last = kept.at(-1)?.time ?? Number.NEGATIVE_INFINITY;
    const apart = time < 0 ? EVERY_MS_BEFORE * 0.9 : 1;
    if (time >= -LONGEST_BEFORE_MS && time <= seconds * 1000 && time - last >= apart)
      kept.push({ time, jpeg });
  }
  const latest = kept.slice(-MOST);
  return { frames: latest.map(({ jpeg }) => jpeg), times: latest.map(({ time }) => time) };
}
