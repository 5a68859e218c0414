import { UserError } from '@visavox/core/errors';
import type { Features, RecogniserPort } from './recogniser-port.ts';

/**
 * Log-likelihood ratios below which a recording speaks against being of the person of the others. A calibrated ratio
 * is that low for at most one genuine recording in 20 (face) or 7 (voice) whatever the recordings are like; within
 * one enrolment, a minute before one camera, far more rarely. A voice's ratio cannot fall much lower than this.
 */
const AGAINST = { face: -3, voice: -2 } as const;

/** Each recording against the others of its kind: two people must not share an enrolment. */
export async function requireOnePerson(
  recogniser: Pick<RecogniserPort, 'template' | 'compare'>,
  { faces, voices }: Features,
): Promise<void> {
  for (const modality of ['face', 'voice'] as const) {
    const all = modality === 'face' ? faces : voices;
    const against = (own: Float32Array, others: readonly Float32Array[]) =>
      evidence(recogniser, modality, own, others);
    const worst = { index: -1, ratio: Number.POSITIVE_INFINITY };
    for (const [index, own] of all.entries()) {
      const others = all.filter((_, other) => other !== index);
      const ratio = others.length > 0 ? await against(own, others) : 0;
      if (ratio < worst.ratio) Object.assign(worst, { index, ratio });
    }
    if (worst.ratio < AGAINST[modality]) throw anotherPerson(modality, worst.index);
  }
}

async function evidence(
  recogniser: Pick<RecogniserPort, 'template' | 'compare'>,
  modality: 'face' | 'voice',
  own: Float32Array,
  others: readonly Float32Array[],
): Promise<number> {
  const face = modality === 'face';
  const template = await recogniser.template({ faces: face ? others : [], voices: face ? [] : others });
  const found = await recogniser.compare(template, { faces: face ? [own] : [], voice: face ? null : own });
  return found[modality] ?? 0;
}

/** Says which recording, not how unlike: scores stay here. */
function anotherPerson(modality: 'face' | 'voice', index: number): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'more_than_one_person',
    message: `${modality} ${index + 1} seems to be of another person than the others`,
    action: 'Record all pictures and all utterances of one enrolment with one person, in one place.',
    details: { modality, index },
  });
}
