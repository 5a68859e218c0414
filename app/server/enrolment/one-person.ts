import { UserError } from '@visavox/core/errors';
import type { Features, RecogniserPort } from '../recogniser-port.ts';

/**
 * Log-likelihood ratios below which a recording speaks against being of the person of the others. A calibrated ratio
 * is that low for at most one genuine recording in 20 (face) or 7 (voice) whatever the recordings are like; within
 * one enrolment, a minute before one camera, far more rarely. A voice's ratio cannot fall much lower than this.
 */
const AGAINST = { face: -3, voice: -2 } as const;

interface One {
  readonly vector: Float32Array;
  readonly seconds?: number | undefined;
}

/**
 * Each recording against the others of its kind: two people must not share an enrolment. Refused only where the others
 * agree among themselves; where all are unlike, the recordings are poor, not of two people.
 */
export async function requireOnePerson(
  recogniser: Pick<RecogniserPort, 'template' | 'compare'>,
  { faces, voices, voiceSeconds }: Features,
): Promise<void> {
  for (const modality of ['face', 'voice'] as const) {
    const all =
      modality === 'face'
        ? faces.map((vector) => ({ vector }))
        : voices.map((vector, index) => ({ vector, seconds: voiceSeconds?.[index] }));
    const ratios = await againstTheOthers(recogniser, modality, all);
    const lowest = Math.min(...ratios);
    if (lowest >= AGAINST[modality]) continue;
    const odd = ratios.indexOf(lowest);
    const others = all.filter((_, index) => index !== odd);
    if (others.length < 2) continue;
    if ((await againstTheOthers(recogniser, modality, others)).every((ratio) => ratio > 0))
      throw anotherPerson(modality, odd);
  }
}

async function againstTheOthers(
  recogniser: Pick<RecogniserPort, 'template' | 'compare'>,
  modality: 'face' | 'voice',
  all: readonly One[],
): Promise<number[]> {
  const ratios: number[] = [];
  for (const [index, own] of all.entries()) {
    const others = all.filter((_, other) => other !== index);
    ratios.push(others.length > 0 ? await evidence(recogniser, modality, own, others) : 0);
  }
  return ratios;
}

async function evidence(
  recogniser: Pick<RecogniserPort, 'template' | 'compare'>,
  modality: 'face' | 'voice',
  own: One,
  others: readonly One[],
): Promise<number> {
  const face = modality === 'face';
  const vectors = others.map(({ vector }) => vector);
  const voiceSeconds = others.flatMap(({ seconds }) => seconds ?? []);
  const template = await recogniser.template({
    ...{ faces: face ? vectors : [], voices: face ? [] : vectors, voiceSeconds },
  });
  const found = await recogniser.compare(template, {
    faces: face ? [own.vector] : [],
    voice: face ? null : own.vector,
    voiceSeconds: own.seconds,
  });
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
