import { UserError } from '@visavox/core/errors';
import {
  isOnePerson,
  othersAmong,
  recordingsOf,
  unlikeness,
} from '@visavox/recognition/enrolment/one-person';
import type { Features, RecogniserPort } from '../recogniser-port.ts';

/** Two people must not share an enrolment, however many recordings each of them gave. */
export async function requireOnePerson(
  recogniser: Pick<RecogniserPort, 'template' | 'compare'>,
  features: Features,
): Promise<void> {
  for (const modality of ['face', 'voice'] as const) {
    const all = recordingsOf(features, modality);
    if (all.length < 2) continue;
    if (isOnePerson(modality, await unlikeness(recogniser, modality, all))) continue;
    throw moreThanOnePerson(modality, await othersAmong(recogniser, modality, all));
  }
}

/** Says which recordings, not how unlike: scores stay here. */
function moreThanOnePerson(modality: 'face' | 'voice', others: readonly number[]): UserError {
  const named = others.map((index) => index + 1).join(' and ');
  return new UserError({
    kind: 'invalid',
    code: 'more_than_one_person',
    message: `the ${modality} recordings seem to be of more than one person: ${modality} ${named} ${others.length === 1 ? 'is' : 'are'} unlike the others`,
    action: 'Record all pictures and all utterances of one enrolment with one person, in one place.',
    details: { modality, index: others[0] ?? 0 },
  });
}
