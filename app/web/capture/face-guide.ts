import { Problem } from '../api/problem.ts';
import type { CaptureVerdict } from '../api/types.ts';
import { distanceHint, frameHint, measureFrame } from './frame-measures.ts';
import { grabFrame, grabLuma, THUMBNAIL } from './frames.ts';

const LOOK_MS = 200;
const ASK_MS = 700;

/** `null`: all is well. Otherwise the code of a hint or of a problem. */
export type Guidance = string | null;

export interface Wish {
  readonly signal: AbortSignal;
  /** Milliseconds before which no frame is taken, to read what is asked and do it. */
  readonly after?: number;
  /** What the frame should be like. */
  readonly like?: (verdict: CaptureVerdict) => boolean;
  /** After so many milliseconds any frame that the server can use will do: not everyone can turn their head. */
  readonly patience?: number;
}

export function withoutHints(verdict: CaptureVerdict): boolean {
  return verdict.hints.length === 0;
}

interface Waiting {
  readonly from: number;
  readonly anyFrom: number;
  readonly like: (verdict: CaptureVerdict) => boolean;
  readonly take: (frame: Blob) => void;
}

/**
 * Watches the camera: five times a second by itself, and every 700 ms through the server, which finds the
 * face. A frame that is handed out is one that the server has seen and can use, and no two are the same.
 */
export class FaceGuide {
  private readonly video: HTMLVideoElement;
  private readonly check: (jpeg: Blob) => Promise<CaptureVerdict>;
  private readonly onGuidance: (guidance: Guidance) => void;
  private readonly canvas = document.createElement('canvas');
  private readonly timer: ReturnType<typeof setInterval>;
  private readonly waiting = new Set<Waiting>();
  private readonly handedOut = new Set<string>();
  private before: Float32Array | null = null;
  private asking = false;
  private askedAt = 0;
  private guidance: Guidance | undefined;

  constructor(
    video: HTMLVideoElement,
    check: (jpeg: Blob) => Promise<CaptureVerdict>,
    onGuidance: (guidance: Guidance) => void,
  ) {
    this.video = video;
    this.check = check;
    this.onGuidance = onGuidance;
    this.timer = setInterval(() => this.look(), LOOK_MS);
  }

  goodFrame({ signal, after = 0, like = withoutHints, patience = 5000 }: Wish): Promise<Blob> {
    return new Promise((resolve, reject) => {
      const now = performance.now();
      const wait: Waiting = {
        from: now + after,
        anyFrom: now + after + patience,
        like,
        take: (frame) => {
          this.waiting.delete(wait);
          resolve(frame);
        },
      };
      this.waiting.add(wait);
      signal.addEventListener('abort', () => {
        this.waiting.delete(wait);
        reject(signal.reason);
      });
    });
  }

  /** Gathers good frames until it is told to stop. */
  gather(most: number, signal: AbortSignal): { stop: () => Blob[] } {
    const frames: Blob[] = [];
    const enough = new AbortController();
    const until = AbortSignal.any([signal, enough.signal]);
    const next = (): void => {
      this.goodFrame({ after: 400, signal: until }).then(
        (frame) => {
          frames.push(frame);
          if (frames.length < most) next();
        },
        () => {}, // told to stop
      );
    };
    next();
    return {
      stop() {
        enough.abort();
        return frames;
      },
    };
  }

  close(): void {
    clearInterval(this.timer);
    this.waiting.clear();
  }

  private look(): void {
    const luma = grabLuma(this.video, this.canvas);
    if (!luma) return;
    const hint = frameHint(measureFrame(luma, THUMBNAIL.width, this.before));
    this.before = luma;
    if (hint) this.say(hint);
    else if (!this.asking && performance.now() - this.askedAt >= ASK_MS) void this.ask();
  }

  private async ask(): Promise<void> {
    this.asking = true;
    const seenAt = performance.now();
    this.askedAt = seenAt;
    try {
      const frame = await grabFrame(this.video);
      if (!frame) return;
      const verdict = withDistance(await this.check(frame.jpeg), frame.height);
      const wishes = [...this.waiting];
      this.say(wishes.some((one) => one.like(verdict)) ? null : (verdict.hints[0] ?? null));
      const wait = wishes.find((one) => one.from <= seenAt && (one.like(verdict) || one.anyFrom <= seenAt));
      if (wait && (await this.isNew(frame.jpeg))) wait.take(frame.jpeg);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.say(error.code);
    } finally {
      this.asking = false;
    }
  }

  /** A camera that stands still gives the same bytes again, which are no second look at anybody. */
  private async isNew(frame: Blob): Promise<boolean> {
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await frame.arrayBuffer())).join();
    const isNew = !this.handedOut.has(digest);
    this.handedOut.add(digest);
    return isNew;
  }

  private say(guidance: Guidance): void {
    if (guidance === this.guidance) return;
    this.guidance = guidance;
    this.onGuidance(guidance);
  }
}

function withDistance(verdict: CaptureVerdict, frameHeight: number): CaptureVerdict {
  const hint = distanceHint(verdict.quality.eyeMouthPixels, frameHeight);
  return hint ? { ...verdict, hints: [hint, ...verdict.hints] } : verdict;
}
