import { floats, Network } from '@visavox/serving/onnx-network';
import type { ImageNetwork } from '../face-finding/image-network.ts';

/** A network of the bundle that looks at images, run in this process. */
export async function loadImageNetwork(
  files: ReadonlyMap<string, Uint8Array>,
  name: string,
): Promise<ImageNetwork> {
  const network = await Network.load(files, name);
  return {
    run: (pixels, side) => network.run({ image: floats(pixels, [1, side, side, 3]) }),
    release: () => network.release(),
  };
}
