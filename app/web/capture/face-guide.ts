import { Problem } from '../api/problem.ts';
import type { CaptureVerdict } from '../api/types.ts';
import { frameHint, measureFrame } from './frame-measures.ts';
import { grabJpeg, grabLuma, THUMBNAIL } from './frames.ts';

const LOOK_MS = 200;
const ASK_MS = 700;

/** `null`: all is well. Otherwise the code of a hint or of a problem. */
export type Guidance = string | null;

/**
 * Watches the camera: five times a second by itself, and every 700 ms through the server, which finds the
 * face. A frame that somebody waits for is one that the server has seen and accepted.
 */
export class FaceGuide {
  private readonly video: HTMLVideoElement;
  private readonly check: (jpeg: Blob) => Promise<CaptureVerdict>;
  private readonly onGuidance: (guidance: Guidance) => void;
  private readonly canvas = document.createElement('canvas');
  private readonly timer: ReturnType<typeof setInterval>;
  private readonly waiting = new Set<{ notBefore: number; take: (frame: Blob) => void }>();
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

  /** The next good frame, taken no sooner than so many milliseconds from now. */
  goodFrame({ after = 0, signal }: { after?: number; signal: AbortSignal }): Promise<Blob> {
    return new Promise((resolve, reject) => {
      const wait = {
        notBefore: performance.now() + after,
        take: (frame: Blob) => {
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
    this.askedAt = performance.now();
    const seenAt = performance.now();
    try {
      const frame = await grabJpeg(this.video);
      if (!frame) return;
      const verdict = await this.check(frame);
      const good = verdict.ok && verdict.hints.length === 0;
      this.say(good ? null : (verdict.hints[0] ?? 'no_face'));
      if (verdict.ok) for (const wait of [...this.waiting]) if (wait.notBefore <= seenAt) wait.take(frame);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.say(error.code);
    } finally {
      this.asking = false;
    }
  }

  private say(guidance: Guidance): void {
    if (guidance === this.guidance) return;
    this.guidance = guidance;
    this.onGuidance(guidance);
  }
}
