import { lumaOf } from './frame-measures.ts';

/** The part of the camera's picture that the person sees on the stage (3:4), so that bystanders stay out of it. */
export function stageCrop(
  width: number,
  height: number,
): { x: number; y: number; width: number; height: number } {
  const wanted = Math.min(width, Math.round((height * 3) / 4));
  const tall = Math.min(height, Math.round((wanted * 4) / 3));
  return {
    x: Math.round((width - wanted) / 2),
    y: Math.round((height - tall) / 2),
    width: wanted,
    height: tall,
  };
}

/** The stage as it was at one moment, in three sizes: to keep, to find a face in, and to tell the light by. */
export class StageFrame {
  private readonly whole = canvasWithContext();
  private readonly face = canvasWithContext();
  private readonly light = canvasWithContext();

  /** Holds what the camera shows now. False while it shows nothing. */
  take(video: HTMLVideoElement): boolean {
    if (video.videoWidth === 0) return false;
    const crop = stageCrop(video.videoWidth, video.videoHeight);
    const scale = Math.min(1, TALLEST / crop.height);
    draw(this.whole, video, crop, Math.round(crop.width * scale), Math.round(crop.height * scale));
    const all = { x: 0, y: 0, width: this.whole.canvas.width, height: this.whole.canvas.height };
    draw(this.light, this.whole.canvas, all, THUMBNAIL.width, THUMBNAIL.height);
    return true;
  }

  get height(): number {
    return this.whole.canvas.height;
  }

  /** A small grey picture for {@link measureFrame}. */
  luma(): Float32Array {
    return lumaOf(this.light.context.getImageData(0, 0, THUMBNAIL.width, THUMBNAIL.height).data);
  }

  /** Large enough for the networks, which see 256 pixels at most. */
  pixels(): ImageData {
    const { canvas } = this.whole;
    const all = { x: 0, y: 0, width: canvas.width, height: canvas.height };
    const height = Math.min(FACE_HEIGHT, canvas.height);
    const width = Math.round((height * 3) / 4);
    draw(this.face, canvas, all, width, height);
    return this.face.context.getImageData(0, 0, width, height);
  }

  jpeg(): Promise<Blob | null> {
    return new Promise((done) => this.whole.canvas.toBlob(done, 'image/jpeg', 0.92));
  }
}

/** Of a picture that is kept, which is never enlarged. */
const TALLEST = 720;
const FACE_HEIGHT = 480;
export const THUMBNAIL = { width: 36, height: 48 };
/** Small pictures of a burst show the lips well enough, and there are many. */
const BURST = { width: 240, height: 320, quality: 0.85 } as const;

export class BurstFrame {
  private readonly small = canvasWithContext();

  async take(video: HTMLVideoElement): Promise<Blob | null> {
    if (video.videoWidth === 0) return null;
    const crop = stageCrop(video.videoWidth, video.videoHeight);
    draw(this.small, video, crop, BURST.width, BURST.height);
    return new Promise((done) => this.small.canvas.toBlob(done, 'image/jpeg', BURST.quality));
  }
}

interface Drawable {
  readonly canvas: HTMLCanvasElement;
  readonly context: CanvasRenderingContext2D;
}

function canvasWithContext(): Drawable {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('this browser gives no 2d canvas');
  return { canvas, context };
}

function draw(
  { canvas, context }: Drawable,
  source: CanvasImageSource,
  from: ReturnType<typeof stageCrop>,
  width: number,
  height: number,
): void {
  // Setting a size clears a canvas, even the size that it has.
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  context.drawImage(source, from.x, from.y, from.width, from.height, 0, 0, width, height);
}
