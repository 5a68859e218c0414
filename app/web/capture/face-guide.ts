import type { FaceLook, SeenFace } from './face/face-look.ts';
import type { FaceSight, ServerSight } from './face/face-sight.ts';
import { type FrameHint, frameHint, measureFrame } from './frame-measures.ts';
import { StageFrame, THUMBNAIL } from './frames.ts';
import { ALL_IS_WELL, type Guidance, guidanceFor } from './guidance.ts';

const TICK_MS = 40;
/** Two pictures that are compared for motion are this far apart. */
const MOTION_MS = 180;
/** The browser's own networks are worth a moment's wait when they are still on their way. */
const LOADING_MS = 3000;
/** What the server did not like about a frame is shown for so long before the next one is tried. */
const REFUSED_MS = 700;

export interface Wish {
  readonly signal: AbortSignal;
  /** Milliseconds before which no frame is taken, to read what is asked and do it. */
  readonly after?: number;
  /** What the face should be like, beside being well seen. */
  readonly like?: (face: SeenFace) => boolean;
  /** Whether a turn of the head is asked for. */
  readonly mayTurn?: boolean;
  /** Whether the server has to have seen the frame. */
  readonly confirmed?: boolean;
}

/**
 * Not every room can be lit better, nor is every skin as light as hints suppose: after so long the server decides alone, and
 * frames that it does not see first are taken in the light in which it took the ones before.
 */
const LIGHT_PATIENCE_MS = { confirmed: 6000, unconfirmed: 1500 } as const;
const BLURRED = new Set<string | null>(['hold_still', 'too_blurred']);

function isFor(
  { like, from, confirmed = false }: Waiting,
  { look, guidance, seenAt }: { look: SeenFace; guidance: Guidance; seenAt: number },
): boolean {
  const inPlace = guidance.direction === null && guidance.hint !== 'face_turned';
  const patience = LIGHT_PATIENCE_MS[confirmed ? 'confirmed' : 'unconfirmed'];
  const usable = confirmed || !BLURRED.has(guidance.hint);
  const wellLit = guidance.hint === null || (usable && seenAt - from > patience);
  return from <= seenAt && inPlace && wellLit && (like?.(look) ?? true);
}

interface Waiting extends Wish {
  readonly from: number;
  readonly take: (frame: Blob) => void;
}

/**
 * Watches the camera, several times a second, and says what would help. A frame that is handed out is exactly one that was
 * looked at and found good, by the server too where that is wished for, and no two are the same.
 */
export class FaceGuide {
  private readonly video: HTMLVideoElement;
  private readonly sights: {
    readonly browser: (FaceSight & { state: 'loading' | 'ready' | 'failed' }) | null;
    readonly server: ServerSight;
  };
  private readonly openedAt = performance.now();
  private readonly onGuidance: (guidance: Guidance) => void;
  private readonly frame = new StageFrame();
  private readonly timer: ReturnType<typeof setInterval>;
  private readonly waiting = new Set<Waiting>();
  private readonly watching = new Set<(look: FaceLook) => void>();
  private readonly handedOut = new Set<string>();
  private last: Float32Array | null = null;
  private before: { luma: Float32Array; at: number } | null = null;
  private busy = false;
  private notBefore = 0;
  private good = 0;
  private said: Guidance | undefined;
  /** Since when the picture has been the same to the last bit, and in how many looks; no camera is without noise. */
  still = { since: performance.now(), looks: 0 };

  constructor(
    video: HTMLVideoElement,
    sights: FaceGuide['sights'],
    onGuidance: (guidance: Guidance) => void,
  ) {
    this.video = video;
    this.sights = sights;
    this.onGuidance = onGuidance;
    this.timer = setInterval(() => void this.tick(), TICK_MS);
  }

  goodFrame(wish: Wish): Promise<Blob> {
    const { signal, after = 0 } = wish;
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      this.good = 0;
      const leave = () => {
        this.waiting.delete(waiting);
        reject(signal.reason);
      };
      const waiting: Waiting = {
        ...wish,
        from: performance.now() + after,
        take: (frame) => {
          this.waiting.delete(waiting);
          signal.removeEventListener('abort', leave);
          resolve(frame);
        },
      };
      this.waiting.add(waiting);
      signal.addEventListener('abort', leave);
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

  /** Every look until `done` says that it has seen what it waits for. */
  watch(done: (look: FaceLook) => boolean, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const leave = () => {
        this.watching.delete(see);
        reject(signal.reason);
      };
      const see = (look: FaceLook) => {
        if (!done(look)) return;
        this.watching.delete(see);
        signal.removeEventListener('abort', leave);
        resolve();
      };
      this.watching.add(see);
      signal.addEventListener('abort', leave);
    });
  }

  close(): void {
    clearInterval(this.timer);
    this.waiting.clear();
    this.watching.clear();
  }

  private async tick(): Promise<void> {
    const sight = this.sight();
    if (!sight || this.busy || performance.now() < this.notBefore || !this.frame.take(this.video)) return;
    this.busy = true;
    const seenAt = performance.now();
    this.notBefore = seenAt + sight.pace;
    try {
      const light = this.light(seenAt);
      // The look that decides whether a frame is handed out.
      const look = await sight.look(this.frame, this.good === sight.steady - 1);
      for (const see of [...this.watching]) see(look);
      await this.consider({ look, light, seenAt }, sight);
    } finally {
      this.busy = false;
    }
  }

  private sight(): FaceSight | null {
    const { browser, server } = this.sights;
    if (browser?.state === 'ready') return browser;
    const wait = browser?.state === 'loading' && performance.now() - this.openedAt < LOADING_MS;
    return wait ? null : server;
  }

  private light(now: number): FrameHint | null {
    const luma = this.frame.luma();
    const isSame = this.last?.every((value, index) => value === luma[index]) ?? false;
    this.still = isSame ? { ...this.still, looks: this.still.looks + 1 } : { since: now, looks: 0 };
    this.last = luma;
    const before = this.before && now - this.before.at < MOTION_MS * 4 ? this.before.luma : null;
    const hint = frameHint(measureFrame(luma, THUMBNAIL.width, before));
    if (!this.before || now - this.before.at >= MOTION_MS) this.before = { luma, at: now };
    return hint;
  }

  /** Says what would help, and hands the frame to whoever waits for one like it. */
  private async consider(
    { look, light, seenAt }: { look: FaceLook; light: FrameHint | null; seenAt: number },
    sight: FaceSight,
  ): Promise<void> {
    const wishes = [...this.waiting];
    const mayTurn = wishes.some((wish) => wish.mayTurn);
    const guidance = guidanceFor(look, light, { mayTurn });
    this.say(guidance);
    const wish =
      look.kind === 'face' ? wishes.find((one) => isFor(one, { look, guidance, seenAt })) : undefined;
    this.good = wish ? this.good + 1 : 0;
    if (!wish || this.good < sight.steady) return;
    const jpeg = await this.frame.jpeg();
    if (!jpeg || !(await this.isNew(jpeg))) return;
    if (wish.confirmed && !sight.byServer) {
      const verdict = await this.sights.server.ask(jpeg, this.frame.height);
      if (verdict.kind === 'fault') {
        this.say({ hint: verdict.code, direction: null });
        this.notBefore = performance.now() + REFUSED_MS;
        return;
      }
    }
    if (this.waiting.has(wish)) {
      this.good = 0;
      wish.take(jpeg);
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
    if (guidance.hint === this.said?.hint && guidance.direction === this.said.direction) return;
    this.said = guidance;
    this.onGuidance(guidance.hint === null ? ALL_IS_WELL : guidance);
  }
}
