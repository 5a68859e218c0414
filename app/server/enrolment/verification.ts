import { UserError } from '@visavox/core/errors';
import { voiceAmong } from '@visavox/recognition/recogniser';
import type { Kysely } from 'kysely';
import type { Champion } from '../champion.ts';
import { type Recording, requireDistinct, requireRecordings } from '../retention/recordings.ts';
import { independentOfRecordings, type Speaker } from '../sign-in/independence.ts';
import { type BurstFrame, type LivenessChecks, spokenDigits } from '../sign-in/liveness.ts';
import type { Whereabouts } from '../sign-in/visitor.ts';
import type { ApplicationTables } from '../tables.ts';
import { captureAll } from './captures.ts';
import type { EnrolmentChallenges } from './enrolment-challenges.ts';
import { featuresOfCaptures } from './features.ts';
import { requireFrames, requireLive } from './live-enrolment.ts';
import { requireOnePerson } from './one-person.ts';
import type { People } from './people.ts';
import type { Templates } from './templates.ts';

export interface VerificationRequest {
  readonly person: string;
  /** Of the purpose "enrolment". */
  readonly challenge: string;
  /** One to five faces and three utterances. */
  readonly recordings: readonly Recording[];
  readonly frames: readonly BurstFrame[];
  readonly by: { readonly client: Whereabouts; readonly caller: Speaker };
}

interface VerificationResources {
  readonly db: Kysely<ApplicationTables>;
  readonly champion: Champion;
  readonly people: People;
  readonly templates: Templates;
  readonly liveness: LivenessChecks;
  readonly challenges: EnrolmentChallenges;
  readonly now: () => Date;
}

/**
 * Whoever was enrolled from recordings turns the head and says digits, at a visit that began with another factor; from then on
 * face and voice are a way in.
 */
export class Verification {
  readonly #resources: VerificationResources;

  constructor(resources: VerificationResources) {
    this.#resources = resources;
  }

  async verify(request: VerificationRequest): Promise<void> {
    const { champion, challenges, people, templates, now } = this.#resources;
    const { by, frames, recordings } = request;
    const receivedAt = now();
    if (!independentOfRecordings(by.caller)) throw anotherFactorNeeded();
    requireRecordings(recordings, 'face', { least: 1, most: 5 });
    requireRecordings(recordings, 'voice', { least: 3, most: 3 });
    requireDistinct(recordings);
    const { state } = await people.get(request.person);
    if (state !== 'active') throw anotherFactorNeeded();
    const challenge = await challenges.check(request.challenge, { client: by.client, at: receivedAt });
    requireFrames(frames);
    await champion.use(async ({ loaded }) => {
      const { recogniser } = loaded;
      const captures = await captureAll(recogniser.signals, recordings);
      const features = await featuresOfCaptures(recogniser, captures);
      await requireLive(recogniser, { ...challenge, frames, captures, features });
      await requireOnePerson(recogniser, features);
      const template = await templates.of(request.person, loaded);
      for (const index of features.voices.keys()) {
        const said = { faces: features.faces, ...voiceAmong(features, index) };
        const evidence = await recogniser.compare(template, said);
        if (recogniser.decide(evidence) !== 'accept') throw notRecognised();
      }
      const words = await spokenDigits(recogniser.signals, captures.voices, challenge.prompts);
      await this.#keep(request, { words, receivedAt });
    });
  }

  async #keep(
    { person, challenge }: VerificationRequest,
    { words, receivedAt }: { words: Awaited<ReturnType<typeof spokenDigits>>; receivedAt: Date },
  ): Promise<void> {
    const { db, challenges, liveness } = this.#resources;
    await db.transaction().execute(async (trx) => {
      await challenges.claim(trx, challenge, receivedAt);
      await trx.updateTable('people').set({ verified: true }).where('id', '=', person).execute();
      await trx.deleteFrom('spoken_digits').where('person', '=', person).execute();
      await liveness.learn(trx, person, words);
    });
  }
}

function anotherFactorNeeded(): UserError {
  return new UserError({
    kind: 'forbidden',
    code: 'another_factor_needed',
    message: 'face and voice are verified at a visit that began another way',
    action: "Sign in with a passkey, a recovery code or an operator's code first.",
  });
}

function notRecognised(): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'not_recognised',
    message: 'these recordings were not recognised as this person',
    action: 'Try again in better light and a quiet place, or enrol anew.',
  });
}
