import { randomUUID } from 'node:crypto';
import { digestOf, digestOfJson } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Champion } from '../champion.ts';
import { databaseFault, invalidRequest, uniqueViolation, unknownPerson } from '../faults.ts';
import type { Features, Template } from '../recogniser-port.ts';
import {
  type Recording,
  type Recordings,
  requireDistinct,
  requireRecordings,
} from '../retention/recordings.ts';
import { type LivenessChecks, spokenDigits } from '../sign-in/liveness.ts';
import type { ApplicationTables } from '../tables.ts';
import { type Captures, captureAll } from './captures.ts';
import {
  enrolledFeatures,
  featuresOfCaptures,
  type LoadedRecogniser,
  type SampleFeatures,
  sameFeatures,
} from './features.ts';
import { requireOnePerson } from './one-person.ts';
import { personName } from './person-name.ts';
import type { Templates } from './templates.ts';

/** The text that people agree to when they enrol; a new wording is a new version. */
export const consentVersion = 'biometric-sign-in/1';

/** What face and voice are enrolled with. */
export interface FaceAndVoiceRecordings {
  readonly consent: boolean;
  /** Three to five faces and three utterances. */
  readonly recordings: readonly Recording[];
  /** The digits that each utterance says, in order; none where that is not known. */
  readonly prompts: readonly string[];
}

export interface Enrolment extends FaceAndVoiceRecordings {
  readonly name: string;
  /** A repeated request with the same key answers the same person. */
  readonly idempotencyKey: string | undefined;
}

/** Somebody whose name was given and who may sign in. */
export interface Claimed {
  readonly id: string;
  readonly name: string;
  /** Whether anything is kept that face and voice could be compared with. */
  readonly faceAndVoice: boolean;
}

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly enrolledAt: Date;
  readonly samples: { readonly face: number; readonly voice: number };
  /** What they can sign in with beside face and voice. */
  readonly waysIn: { readonly passkeys: number; readonly recoveryCodes: number };
}

interface PeopleResources {
  readonly db: Kysely<ApplicationTables>;
  readonly champion: Champion;
  readonly recordings: Recordings;
  readonly features: SampleFeatures;
  readonly templates: Templates;
  readonly liveness: LivenessChecks;
  readonly now: () => Date;
}

export class People {
  readonly #resources: PeopleResources;

  constructor(resources: PeopleResources) {
    this.#resources = resources;
  }

  /** All or nothing; who is enrolled is recognisable the moment this answers. */
  async enrol(enrolment: Enrolment): Promise<Person> {
    const name = personName(enrolment.name);
    requireUsable(enrolment);
    const idempotency = idempotencyOf(enrolment, name.key);
    const earlier = await this.#earlier(idempotency);
    if (earlier) return earlier;
    if (await this.#idOf(name.key)) throw nameTaken();
    try {
      return await this.#enrolNew(enrolment, name, idempotency);
    } catch (error) {
      if (databaseFault(error).code !== uniqueViolation) throw error;
      const meanwhile = await this.#earlier(idempotency);
      if (meanwhile) return meanwhile;
      throw nameTaken();
    }
  }

  /** Face and voice of somebody who takes part without them until now. `within`: what else belongs to the transaction. */
  async addFaceAndVoice(
    id: string,
    enrolment: FaceAndVoiceRecordings,
    within: (trx: Transaction<ApplicationTables>) => Promise<void>,
  ): Promise<Person> {
    requireUsable(enrolment);
    await this.#record(enrolment, id, async (trx, at) => {
      await requireNoneYet(trx, id);
      await trx
        .updateTable('people')
        .set({ consent: consentVersion, consented_at: at })
        .where('id', '=', id)
        .execute();
      await within(trx);
    });
    return this.get(id);
  }

  async list(): Promise<Person[]> {
    return (await this.#select().orderBy('people.enrolled_at').orderBy('people.id').execute()).map(toPerson);
  }

  async get(id: string): Promise<Person> {
    const row = await this.#select().where('people.id', '=', id).executeTakeFirst();
    if (!row) throw unknownPerson();
    return toPerson(row);
  }

  async claimed(nameKey: string): Promise<Claimed | null> {
    const query = this.#resources.db
      .selectFrom('people')
      .select(['id', 'name'])
      .select(
        sql<boolean>`exists (select 1 from samples where person = people.id and source = 'enrolment')`.as(
          'faceAndVoice',
        ),
      );
    return (await query.where('name_key', '=', nameKey).executeTakeFirst()) ?? null;
  }

  /**
   * Erases recordings, templates and features, and takes the person off the attempts. What a crash leaves
   * undone is finished at the next start, or by asking again.
   */
  async forget(id: string): Promise<void> {
    const { db, recordings } = this.#resources;
    const known = await db.transaction().execute(async (trx) => {
      const samples = await trx.deleteFrom('samples').where('person', '=', id).returning('digest').execute();
      await recordings.markForErasure(
        trx,
        samples.map((sample) => sample.digest),
      );
      const attempts = await trx
        .updateTable('attempts')
        .set({ person: null, evidence: null, recordings_until: null })
        .where('person', '=', id)
        .returning('id')
        .execute();
      await recordings.dropOfAttempts(
        trx,
        attempts.map((attempt) => attempt.id),
      );
      await trx.deleteFrom('enrolment_tickets').where('person', '=', id).execute();
      return (await trx.deleteFrom('people').where('id', '=', id).returning('id').execute()).length > 0;
    });
    await recordings.erase();
    if (!known) throw unknownPerson();
  }

  async #enrolNew(
    enrolment: Enrolment,
    name: { text: string; key: string },
    idempotency: { key: string; digest: string } | undefined,
  ): Promise<Person> {
    const id = randomUUID();
    const { enrolledAt, samples } = await this.#record(enrolment, id, async (trx, at) => {
      await trx
        .insertInto('people')
        .values({
          id,
          name: name.text,
          name_key: name.key,
          consent: consentVersion,
          consented_at: at,
          enrolled_at: at,
          idempotency_key: idempotency?.key ?? null,
          idempotency_digest: idempotency?.digest ?? null,
        })
        .execute();
    });
    return { id, name: name.text, enrolledAt, samples, waysIn: { passkeys: 0, recoveryCodes: 0 } };
  }

  /** Looks at the recordings and keeps them as those of a person, whom `enter` writes down or finds. */
  async #record(
    enrolment: FaceAndVoiceRecordings,
    id: string,
    enter: (trx: Transaction<ApplicationTables>, at: Date) => Promise<void>,
  ): Promise<Pick<Person, 'enrolledAt' | 'samples'>> {
    const { champion, recordings, templates, liveness, features, now } = this.#resources;
    return champion.useAll(async ({ loaded }, others) => {
      const captures = await captureAll(loaded.recogniser.signals, enrolment.recordings);
      const vectors = await featuresOfCaptures(loaded.recogniser, captures);
      await requireOnePerson(loaded.recogniser, vectors);
      const made: Template[] = [];
      for (const one of [loaded, ...others])
        made.push(await templateFor(one, { loaded, captures, vectors, enrolment }));
      const words = await spokenDigits(loaded.recogniser.signals, captures.voices, enrolment.prompts);
      const enrolledAt = now();
      const stored = await recordings.store(enrolment.recordings, async (trx, kept) => {
        await enter(trx, enrolledAt);
        await trx
          .insertInto('samples')
          .values(
            kept.map((recording, position) => ({
              id: randomUUID(),
              person: id,
              modality: recording.modality,
              digest: recording.digest,
              bytes: recording.bytes,
              media_type: recording.mediaType,
              quality: JSON.stringify(captures.qualities[position]),
              captured_at: enrolledAt,
              source: 'enrolment' as const,
              attempt: null,
              consent: consentVersion,
              position,
              prompt:
                recording.modality === 'voice'
                  ? (enrolment.prompts[position - captures.faces.length] ?? null)
                  : null,
            })),
          )
          .execute();
        for (const template of made) await templates.insert(trx, id, template);
        await liveness.learn(trx, id, words);
        return kept;
      });
      await features.remember(stored, vectors, loaded);
      // Forgotten or withdrawn by another request meanwhile: nothing that was derived from the recordings may stay.
      if (!(await this.#hasSamples(id))) await features.forget(stored);
      return { enrolledAt, samples: countsOf(captures) };
    });
  }

  async #hasSamples(id: string): Promise<boolean> {
    const query = this.#resources.db.selectFrom('samples').select('id').where('person', '=', id).limit(1);
    return (await query.executeTakeFirst()) !== undefined;
  }

  async #earlier(idempotency: { key: string; digest: string } | undefined): Promise<Person | undefined> {
    if (!idempotency) return undefined;
    const row = await this.#resources.db
      .selectFrom('people')
      .select(['id', 'idempotency_digest'])
      .where('idempotency_key', '=', idempotency.key)
      .executeTakeFirst();
    if (!row) return undefined;
    if (row.idempotency_digest === idempotency.digest) return this.get(row.id);
    throw new UserError({
      kind: 'conflict',
      code: 'idempotency_key_reused',
      message: 'this Idempotency-Key was used for another enrolment',
      action: 'Use a new key for each enrolment.',
    });
  }

  async #idOf(nameKey: string): Promise<string | undefined> {
    const query = this.#resources.db.selectFrom('people').select('id').where('name_key', '=', nameKey);
    return (await query.executeTakeFirst())?.id;
  }

  #select() {
    const count = (modality: string) =>
      sql<number>`(select count(*)::int from samples where person = people.id and modality = ${modality})`;
    return this.#resources.db
      .selectFrom('people')
      .select(['people.id', 'people.name', 'people.enrolled_at'])
      .select([count('face').as('faces'), count('voice').as('voices')])
      .select([
        sql<number>`(select count(*)::int from passkeys where person = people.id)`.as('passkeys'),
        sql<number>`(select count(*)::int from sign_in_codes where person = people.id and kind = 'recovery')`.as(
          'codes',
        ),
      ]);
  }
}

/** The same features where the other release differs in its heads alone. */
async function templateFor(
  other: LoadedRecogniser,
  known: {
    loaded: LoadedRecogniser;
    captures: Captures;
    vectors: Features;
    enrolment: FaceAndVoiceRecordings;
  },
): Promise<Template> {
  const { loaded, vectors, enrolment } = known;
  const same = sameFeatures(other, loaded);
  const captures = same ? known.captures : await captureAll(other.recogniser.signals, enrolment.recordings);
  const features = same ? vectors : await featuresOfCaptures(other.recogniser, captures);
  const samples = enrolment.recordings.map(({ bytes }) => digestOf(bytes));
  return other.recogniser.template(await enrolledFeatures(other, { captures, features, samples }));
}

function requireUsable(enrolment: FaceAndVoiceRecordings): void {
  if (!enrolment.consent) {
    throw new UserError({
      kind: 'invalid',
      code: 'consent_missing',
      message: 'face and voice are not kept without consent',
      action: 'Read what is kept, and agree to it.',
    });
  }
  requireCounts(enrolment.recordings);
  requireDistinct(enrolment.recordings);
  requirePrompts(enrolment.prompts);
}

async function requireNoneYet(trx: Transaction<ApplicationTables>, id: string): Promise<void> {
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
function requirePrompts(prompts: readonly string[]): void {
  if (prompts.length === 0) return;
  if (prompts.length === 3 && prompts.every((prompt) => /^\d{3,10}$/.test(prompt))) return;
  throw invalidRequest(
    'the prompts are not three times three to ten digits',
    'Send what each of the three utterances says, such as 04719,83526,71048; or leave it out.',
  );
}

function idempotencyOf(enrolment: Enrolment, nameKey: string): { key: string; digest: string } | undefined {
  if (enrolment.idempotencyKey === undefined) return undefined;
  if (!/^[\x21-\x7e]{8,200}$/.test(enrolment.idempotencyKey)) {
    throw invalidRequest(
      'the Idempotency-Key is not 8 to 200 visible ASCII characters',
      'Use a UUID, a new one for each enrolment.',
    );
  }
  const recordings = enrolment.recordings.map((recording) => digestOf(recording.bytes));
  return { key: enrolment.idempotencyKey, digest: digestOfJson({ name: nameKey, recordings }) };
}

function nameTaken(): UserError {
  return new UserError({
    kind: 'conflict',
    code: 'name_taken',
    message: 'somebody of this name is enrolled already',
    action: 'Choose another name, or sign in.',
  });
}

function countsOf(captures: Captures): Person['samples'] {
  return { face: captures.faces.length, voice: captures.voices.length };
}

function toPerson(row: {
  id: string;
  name: string;
  enrolled_at: Date;
  faces: number;
  voices: number;
  passkeys: number;
  codes: number;
}): Person {
  return {
    id: row.id,
    name: row.name,
    enrolledAt: row.enrolled_at,
    samples: { face: row.faces, voice: row.voices },
    waysIn: { passkeys: row.passkeys, recoveryCodes: row.codes },
  };
}
