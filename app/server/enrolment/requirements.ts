import { UserError } from '@visavox/core/errors';
import type { Transaction } from 'kysely';
import { invalidRequest, unknownPerson } from '../faults.ts';
import {
  type Recording,
  requireDistinct,
  requireRecordings,
  type StoredRecording,
} from '../retention/recordings.ts';
import type { ApplicationTables } from '../tables.ts';

export function requireUsable({
  consent,
  recordings,
}: {
  readonly consent: boolean;
  readonly recordings: readonly Recording[];
}): void {
  if (!consent) throw consentMissing();
  requireCounts(recordings);
  requireDistinct(recordings);
}

/** Face and voice are enrolled once, and withdrawn before they are enrolled anew. */
export async function requireNoneYet(trx: Transaction<ApplicationTables>, id: string): Promise<void> {
  const person = await trx
    .selectFrom('people')
    .select('id')
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (!person) throw unknownPerson();
  const known = await trx
    .selectFrom('samples')
    .select('id')
    .where('person', '=', id)
    .limit(1)
    .executeTakeFirst();
  if (!known) return;
  throw new UserError({
    kind: 'conflict',
    code: 'face_and_voice_enrolled',
    message: 'face and voice of this person are enrolled already',
    action: 'Withdraw them first, where they are to be enrolled anew.',
  });
}

function requireCounts(recordings: readonly Recording[]): void {
  requireRecordings(recordings, 'face', { least: 3, most: 5 });
  requireRecordings(recordings, 'voice', { least: 3, most: 3 });
}

/** Each utterance's digits, or of none. */
export function requirePrompts(prompts: readonly string[]): void {
  if (prompts.length === 0) return;
  if (prompts.length === 3 && prompts.every((prompt) => /^\d{3,10}$/.test(prompt))) return;
  throw invalidRequest(
    'the prompts are not three times three to ten digits',
    'Send what each of the three utterances says, such as 04719,83526,71048; or leave it out.',
  );
}

function consentMissing(): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'consent_missing',
    message: 'face and voice are not kept without consent',
    action: 'Read what is kept, and agree to it.',
  });
}

export function challengeMissing(): UserError {
  return new UserError({
    kind: 'unauthenticated',
    code: 'challenge_missing',
    message:
      'people enrol by answering a challenge; from recordings alone, only an operator may enrol somebody',
    action: 'Ask for a challenge of the purpose "enrolment" and send its id, or use the operator\'s token.',
  });
}

export function challengeOfAnother(): UserError {
  return new UserError({
    kind: 'not-found',
    code: 'challenge_unknown',
    message: 'this challenge was never given',
    action: 'Ask for a new challenge with the same invitation.',
  });
}

/** Somebody else's recordings make nobody of another name. */
export async function requireUnknown(
  trx: Transaction<ApplicationTables>,
  stored: readonly StoredRecording[],
): Promise<void> {
  const digests = stored.map(({ digest }) => digest);
  const samples = await trx.selectFrom('samples').select('digest').where('digest', 'in', digests).execute();
  const attempts = await trx
    .selectFrom('attempt_recordings')
    .select('digest')
    .where('digest', 'in', digests)
    .execute();
  const known = new Set([...samples, ...attempts].map(({ digest }) => digest));
  const index = stored.findIndex(({ digest }) => known.has(digest));
  const recording = stored[index];
  if (!recording) return;
  throw new UserError({
    kind: 'conflict',
    code: 'recording_known',
    message: `one of the ${recording.modality} recordings was sent before`,
    action: 'Record everything anew.',
    details: { modality: recording.modality },
  });
}
