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

function draw(video: HTMLVideoElement, canvas: HTMLCanvasElement, width: number, height: number) {
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('this browser gives no 2d canvas');
  const crop = stageCrop(video.videoWidth, video.videoHeight);
  context.drawImage(video, crop.x, crop.y, crop.width, crop.height, 0, 0, width, height);
  return context;
}

export interface Frame {
  readonly jpeg: Blob;
  readonly height: number;
}

/** The stage as a JPEG, at most 720 pixels high and never enlarged. Null while the camera gives no picture. */
export async function grabFrame(video: HTMLVideoElement): Promise<Frame | null> {
  if (video.videoWidth === 0) return null;
  const crop = stageCrop(video.videoWidth, video.videoHeight);
  const scale = Math.min(1, 720 / crop.height);
  const canvas = document.createElement('canvas');
  draw(video, canvas, Math.round(crop.width * scale), Math.round(crop.height * scale));
  const jpeg = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', 0.92));
  return jpeg && { jpeg, height: canvas.height };
}

/** Small pictures of a burst show the lips well enough, and there are many. */
const BURST = { width: 240, height: 320, quality: 0.85 } as const;

export async function grabBurstFrame(
  video: HTMLVideoElement,
  canvas: HTMLCanvasElement,
): Promise<Blob | null> {
  if (video.videoWidth === 0) return null;
  draw(video, canvas, BURST.width, BURST.height);
  return new Promise((done) => canvas.toBlob(done, 'image/jpeg', BURST.quality));
}

export const THUMBNAIL = { width: 36, height: 48 };

/** A small grey picture of the stage for {@link measureFrame}. */
export function grabLuma(video: HTMLVideoElement, canvas: HTMLCanvasElement): Float32Array | null {
  if (video.videoWidth === 0) return null;
  const context = draw(video, canvas, THUMBNAIL.width, THUMBNAIL.height);
  return lumaOf(context.getImageData(0, 0, THUMBNAIL.width, THUMBNAIL.height).data);
}
