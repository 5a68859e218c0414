import { Digest } from '@visavox/core/digest';
import { unknown } from './unknown.ts';

/** Of a dataset version that an address names. */
export function datasetDigest(text: string): Digest {
  const digest = Digest.safeParse(text);
  if (!digest.success) throw unknown('dataset', text);
  return digest.data;
}
