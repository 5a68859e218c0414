import { Problem } from '@visavox/console/api/problem';
import { checkFace } from '../../api/calls.ts';
import type { StageFrame } from '../frames.ts';
import type { FaceLook } from './face-look.ts';
import type { FaceWorkerMessage, FrameToLookAt } from './face-worker.ts';

/** Finds the face in a frame, in this browser or by asking the server. */
export interface FaceSight {
  /** Milliseconds from one look to the next one, at least. */
  readonly pace: number;
  /** So many looks in a row have to be good: what comes quickly may be a passing moment. */
  readonly steady: number;
  /** Whether the server has seen what was looked at. */
  readonly byServer: boolean;
  /** `sure`: much depends on this look, which may cost more. */
  look(frame: StageFrame, sure: boolean): Promise<FaceLook>;
}

const ABOUT_THE_LIGHT = new Set(['too_dark', 'too_bright', 'hold_still', 'too_blurred', 'too_noisy']);
/** Who is busy is not asked as often. */
const BUSY_MS = 3000;

/** The server looks. It costs a request each time, and tells no place. */
export class ServerSight implements FaceSight {
  readonly steady = 1;
  readonly byServer = true;
  pace = 700;

  async look(frame: StageFrame): Promise<FaceLook> {
    const height = frame.height;
    const jpeg = await frame.jpeg();
    return jpeg ? this.ask(jpeg, height) : { kind: 'fault', code: 'no_face' };
  }

  async ask(jpeg: Blob, height: number): Promise<FaceLook> {
    try {
      const { quality, hints } = await checkFace(jpeg);
      this.pace = 700;
      return {
        kind: 'face',
        place: null,
        eyeMouth: (quality.eyeMouthPixels ?? 0) / height,
        yaw: quality.yaw ?? 0,
        roll: quality.roll ?? 0,
        hints: hints.filter((hint) => ABOUT_THE_LIGHT.has(hint)),
        mouthOpening: null,
      };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.status === 0 || error.status === 429 || error.status >= 500) this.pace = BUSY_MS;
      return { kind: 'fault', code: error.code };
    }
  }
}

/** Somebody pays for each megabyte and has said so; the networks are five. */
function savesData(): boolean {
  const connection: unknown = Reflect.get(navigator, 'connection');
  return (
    typeof connection === 'object' && connection !== null && Reflect.get(connection, 'saveData') === true
  );
}

/** A browser that needs longer for a look, and again for the next one, helps nobody: the server is quicker. */
const SLOWEST_MS = 4000;
const SLOW_LOOKS = 2;

/** The face is found in this browser, by a worker that loads when it is first needed. */
export class BrowserSight implements FaceSight {
  readonly pace = 110;
  readonly steady = 2;
  readonly byServer = false;
  private readonly worker: Worker;
  private readonly pending = new Map<number, (look: FaceLook | null) => void>();
  state: 'loading' | 'ready' | 'failed' = 'loading';
  private looks = 0;
  private slowLooks = 0;

  constructor() {
    this.worker = new Worker(new URL('./face-worker.ts', import.meta.url), { type: 'module' });
    this.worker.onmessage = ({ data }: MessageEvent<FaceWorkerMessage>) => {
      if (data.kind === 'ready') this.state = 'ready';
      else if (data.kind === 'failed') this.fail(data.reason);
      else this.pending.get(data.id)?.(data.look);
    };
    this.worker.onerror = (event) => {
      event.preventDefault(); // said below, and the server steps in
      this.fail(event.message);
    };
  }

  /** Null where this browser cannot run the networks; then the server looks. */
  static open(): BrowserSight | null {
    return typeof Worker === 'function' && typeof WebAssembly === 'object' && !savesData()
      ? new BrowserSight()
      : null;
  }

  async look(frame: StageFrame, sure: boolean): Promise<FaceLook> {
    const { width, height, data } = frame.pixels();
    const id = this.looks++;
    const message: FrameToLookAt = { id, width, height, rgba: data.buffer, search: sure };
    const look = await new Promise<FaceLook | null>((done) => {
      const tooLong = setTimeout(() => {
        this.slowLooks++;
        if (this.slowLooks === SLOW_LOOKS) this.fail(`no look within ${SLOWEST_MS} ms`);
        else settle(null);
      }, SLOWEST_MS);
      const settle = (found: FaceLook | null) => {
        clearTimeout(tooLong);
        this.pending.delete(id);
        if (found) this.slowLooks = 0;
        done(found);
      };
      this.pending.set(id, settle);
      this.worker.postMessage(message, [message.rgba]);
    });
    return look ?? { kind: 'fault', code: 'looking' };
  }

  close(): void {
    this.worker.terminate();
  }

  private fail(reason: string): void {
    if (this.state === 'failed') return;
    this.state = 'failed';
    console.info(`Faces are found by the server: ${reason}`);
    this.worker.terminate();
    for (const done of [...this.pending.values()]) done(null);
  }
}
