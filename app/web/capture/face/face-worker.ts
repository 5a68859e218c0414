import { FaceDetector } from '@visavox/recognition/face-finding/face-detector';
import { FaceFinder } from '@visavox/recognition/face-finding/face-finder';
import { type FaceGeometry, FaceMesh } from '@visavox/recognition/face-finding/face-mesh';
import type { ImageNetwork } from '@visavox/recognition/face-finding/image-network';
import { Pyramid } from '@visavox/recognition/face-finding/sampling';
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import * as ort from 'onnxruntime-web/wasm';
import detectorUrl from 'published-networks/face-detector.onnx?url';
import meshUrl from 'published-networks/face-mesh.onnx?url';
import { type FaceLook, lookOf } from './face-look.ts';

/** Looks at frames away from the page's own thread, which is busy with the person. */

export interface FrameToLookAt {
  readonly id: number;
  readonly width: number;
  readonly height: number;
  readonly rgba: ArrayBuffer;
  /** Whether the face is to be searched for anew, not only followed: a face that moved quickly may seem to be on its way still. */
  readonly search: boolean;
}

export type FaceWorkerMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'look'; readonly id: number; readonly look: FaceLook; readonly milliseconds: number };

/** Who is followed is not compared with others, so that now and then all of the frame is searched. */
const SEARCH_EVERY = 15;

const say = (message: FaceWorkerMessage) => postMessage(message);

// One thread: more need a page that is isolated from all other origins, and two small networks do not.
ort.env.wasm.numThreads = 1;
ort.env.wasm.wasmPaths = { wasm: wasmUrl };

async function load(url: string): Promise<ImageNetwork> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  const session = await ort.InferenceSession.create(new Uint8Array(await response.arrayBuffer()), {
    executionProviders: ['wasm'],
  });
  return {
    async run(pixels, side) {
      const outputs = await session.run({ image: new ort.Tensor('float32', pixels, [1, side, side, 3]) });
      return new Map(
        Object.entries(outputs).flatMap(([name, { data }]) =>
          data instanceof Float32Array ? [[name, data] as const] : [],
        ),
      );
    },
    release: () => session.release(),
  };
}

function toRgb(rgba: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    rgb[to] = rgba[from] ?? 0;
    rgb[to + 1] = rgba[from + 1] ?? 0;
    rgb[to + 2] = rgba[from + 2] ?? 0;
  }
  return rgb;
}

try {
  const finder = new FaceFinder(new FaceDetector(await load(detectorUrl)), new FaceMesh(await load(meshUrl)));
  let last: FaceGeometry | null = null;
  let looks = 0;
  self.onmessage = async ({ data }: MessageEvent<FrameToLookAt>) => {
    const { id, width, height, rgba, search } = data;
    const began = performance.now();
    const pyramid = new Pyramid({ width, height, data: toRgb(new Uint8Array(rgba)) });
    const anew = search || looks % SEARCH_EVERY === 0;
    const found = await finder.follow(pyramid, anew ? null : last);
    looks++;
    last = found.kind === 'face' ? found.geometry : null;
    const look = lookOf(found, pyramid);
    say({ kind: 'look', id, look, milliseconds: performance.now() - began });
  };
  say({ kind: 'ready' });
} catch (error) {
  say({ kind: 'failed', reason: String(error) });
}
