import { createHash } from 'node:crypto';
import type { Recogniser, Template } from '@visavox/recognition/recogniser';
import { normalise } from '@visavox/recognition/signals/vectors';

/**
 * What a name that nobody has is compared with, so that an attempt on it does the same work and takes the same time: two
 * directions that resemble nobody, always the same ones for a name.
 */
export function decoyTemplate(
  { contract, dimension }: Pick<Recogniser, 'contract' | 'dimension'>,
  nameHash: string,
): Template {
  const direction = (modality: 'face' | 'voice') =>
    normalise(
      Float32Array.from({ length: dimension[modality] }, (_, index) => {
        const bytes = createHash('sha256').update(`${nameHash} ${modality} ${index}`).digest();
        return bytes.readInt32LE(0) / 2 ** 31;
      }),
    );
  return { contract, face: direction('face'), voice: direction('voice') };
}
