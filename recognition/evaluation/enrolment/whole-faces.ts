import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { ENROLMENT_RULES } from '../../enrolment/rules.ts';
import type { Recogniser } from '../../recogniser.ts';
import { isCaptureFault } from '../../signals/capture-fault.ts';
import type { EnrolmentTrial } from './trial.ts';

/** Parts of a picture of a face in the middle, cut so that half of the face lies outside. */
const cuts = {
  'half of the face to the left': { left: 0.5, top: 0, width: 0.5, height: 1 },
  'half of the face to the right': { left: 0, top: 0, width: 0.5, height: 1 },
  'chin and mouth below': { left: 0, top: 0, width: 1, height: 0.6 },
} as const;

/** Whole faces, and the same cut off by the edge of the picture. */
export async function wholeFaces(
  recogniser: Recogniser,
  root: string,
  pictures: readonly { path: string; corpus: string }[],
): Promise<EnrolmentTrial[]> {
  const trials: EnrolmentTrial[] = [];
  const rule = 'face in the picture';
  for (const { path, corpus } of pictures) {
    const bytes = new Uint8Array(await readFile(join(root, path)));
    const on = `${corpus}, people not looked at`;
    trials.push({
      rule,
      what: 'as it was taken',
      on,
      genuine: true,
      passed: await isWhole(recogniser, bytes),
    });
    const { width = 0, height = 0 } = await sharp(bytes).metadata();
    for (const [what, cut] of Object.entries(cuts)) {
      const part = await sharp(bytes)
        .extract({
          left: Math.round(cut.left * width),
          top: Math.round(cut.top * height),
          width: Math.floor(cut.width * width),
          height: Math.floor(cut.height * height),
        })
        .jpeg()
        .toBuffer();
      trials.push({ rule, what, on, genuine: false, passed: await isWhole(recogniser, part) });
    }
  }
  return trials;
}

async function isWhole(recogniser: Recogniser, picture: Uint8Array): Promise<boolean> {
  try {
    return (await recogniser.signals.captureFace(picture)).quality.margin >= ENROLMENT_RULES.margin;
  } catch (error) {
    if (isCaptureFault(error)) return false;
    throw error;
  }
}
