import { randomUUID } from 'node:crypto';
import { digestOf } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Champion } from '../champion.ts';
import { invalidRequest } from '../faults.ts';
import type { Features, Template } from '../recogniser-port.ts';
import {
  type Recording,
  type Recordings,
  requireDistinct,
  requireRecordings,
  type StoredRecording,
} from '../retention/recordings.ts';
import type { BurstFrame } from '../sign-in/liveness.ts';
import { type LivenessChecks, spokenDigits } from '../sign-in/liveness.ts';
import type { ApplicationTables } from '../tables.ts';
import { type Captures, captureAll } from './captures.ts';
import type { ChallengeClient, EnrolmentChallenge, EnrolmentChallenges } from './enrolment-challenges.ts';
import {
  enrolledFeatures,
  featuresOfCaptures,
  type LoadedRecogniser,
  type SampleFeatures,
  sameFeatures,
} from './features.ts';
import { type Idempotency, idempotencyOf, idempotencyReused } from './idempotency.ts';
import { type EnrolmentPolicy, type Invitations, invitationMissing } from './invitations.ts';
import { requireFrames, requireLive } from './live-enrolment.ts';
import type { NewcomerSearch } from './newcomer-search.ts';
import { requireOnePerson } from './one-person.ts';
import type { People, Person } from './people.ts';
import { type PersonName, personName } from './person-name.ts';
import type { Templates } from './templates.ts';

/** The text that people agree to when they enrol; a new wording is a new version. */
export const consentVersion = 'biometric-sign-in/1';

export interface EnrolmentRequest {
  readonly name: string;
  readonly consent: boolean;
  /** Three to five faces and three utterances. */
  readonly recordings: readonly Recording[];
  /** What somebody who is there answers; operators may enrol from recordings without it, for measuring. */
  readonly challenge: string | undefined;
  /** Of the turns of the head. */
  readonly frames: readonly BurstFrame[];
  /** The token of an invitation. */
  readonly invitation: string | undefined;
  /** The digits that each utterance says where there is no challenge, in order; none where that is not known. */
  readonly prompts: readonly string[];
  /** A repeated request with the same key answers the same person. */
  readonly idempotencyKey: string | undefined;
  /** `program`: an operator's, which may enrol people from recordings. */
  readonly by: { readonly client: ChallengeClient; readonly operator: boolean; readonly program: boolean };
}

interface EnrolmentResources {
  readonly db: Kysely<ApplicationTables>;
  readonly champion: Champion;
  readonly people: People;
  readonly recordings: Recordings;
  readonly features: SampleFeatures;
  readonly templates: Templates;
  readonly liveness: LivenessChecks;
  readonly challenges: EnrolmentChallenges;
  readonly invitations: Invitations;
  readonly search: NewcomerSearch;
  readonly policy: EnrolmentPolicy;
  readonly now: () => Date;
}

/** What a request is allowed to do, before any work. */
interface Admitted {
  readonly name: PersonName;
  readonly challenge: EnrolmentChallenge | null;
  readonly invitation: string | null;
  readonly receivedAt: Date;
  readonly idempotency: Idempotency | undefined;
}

/** What the recordings are, before anything is stored. */
interface Recorded {
  readonly captures: Captures;
  readonly features: Features;
  /** Of the champion, then of those being prepared. */
  readonly templates: readonly Template[];
  readonly words: Awaited<ReturnType<typeof spokenDigits>>;
}

/** Lets people in, each once and under a name of their own; whom an operator has to look at waits. */
export class Enrolment {
  readonly #resources: EnrolmentResources;

  constructor(resources: EnrolmentResources) {
    this.#resources = resources;
  }

  /** All or nothing; who is enrolled is recognisable the moment this answers. */
  async enrol(request: EnrolmentRequest): Promise<Person> {
    const receivedAt = this.#resources.now();
    if (!request.consent) throw consentMissing();
    requireCounts(request.recordings);
    requireDistinct(request.recordings);
    requirePrompts(request.prompts);
    const name = personName(request.name);
    const idempotency = idempotencyOf(request, name.key);
    const earlier = await this.#earlier(idempotency);
    if (earlier) return earlier;
    const admitted = { idempotency, receivedAt, ...(await this.#admit(request, { name, at: receivedAt })) };
    try {
      return await this.#enrolNew(request, admitted);
    } catch (error) {
      // The same request may have come twice at once: the other one's recordings, challenge and invitation are this one's.
      const meanwhile = await this.#earlier(idempotency);
      if (meanwhile) return meanwhile;
      throw error;
    }
  }

  async #admit(
    { challenge, invitation, frames, by }: EnrolmentRequest,
    { name, at }: { name: PersonName; at: Date },
  ): Promise<Pick<Admitted, 'name' | 'challenge' | 'invitation'>> {
    const { challenges, invitations, policy } = this.#resources;
    const invited = invitation === undefined ? null : await invitations.find(invitation, at);
    const admitted = {
      name: invited ? nameOfInvitation(invited.name, name) : name,
      invitation: invited?.id ?? null,
    };
    if (challenge === undefined) {
      if (!by.program) throw challengeMissing();
      return { ...admitted, challenge: null };
    }
    if (policy === 'invitation' && !invited && !by.operator) throw invitationMissing();
    const given = await challenges.check(challenge, { client: by.client, at });
    if (given.invitation !== admitted.invitation) throw challengeOfAnother();
    requireFrames(frames);
    return { ...admitted, challenge: given };
  }

  async #enrolNew(request: EnrolmentRequest, admitted: Admitted): Promise<Person> {
    const { champion, features, search, people, db } = this.#resources;
    return champion.useAll(async ({ loaded }, others) => {
      const recorded = await this.#look(request, admitted, { loaded, others });
      // Here what is new is a few at most; at a start it may be everybody, which nobody should wait for under the lock.
      await search.follow(loaded);
      const id = randomUUID();
      const stored = await this.#store(request, { ...admitted, id, loaded, recorded });
      await features.remember(stored, recorded.features, loaded);
      // Forgotten by another request meanwhile: nothing that was derived from the recordings may stay.
      const kept = await db.selectFrom('people').select('id').where('id', '=', id).executeTakeFirst();
      if (!kept) await features.forget(stored);
      return people.get(id);
    });
  }

  async #look(
    request: EnrolmentRequest,
    { challenge }: Admitted,
    { loaded, others }: { loaded: LoadedRecogniser; others: readonly LoadedRecogniser[] },
  ): Promise<Recorded> {
    const { recogniser } = loaded;
    const captures = await captureAll(recogniser.signals, request.recordings);
    const features = await featuresOfCaptures(recogniser, captures);
    if (challenge)
      await requireLive(recogniser, { ...challenge, frames: request.frames, captures, features });
    await requireOnePerson(recogniser, features);
    const templates: Template[] = [];
    for (const one of [loaded, ...others])
      templates.push(await templateFor(one, { loaded, captures, features, request }));
    const prompts = challenge?.prompts ?? request.prompts;
    const words = await spokenDigits(recogniser.signals, captures.voices, prompts);
    return { captures, features, templates, words };
  }

  /** One newcomer after another, so that of two who are one the second is found. */
  async #store(
    request: EnrolmentRequest,
    newcomer: Admitted & { id: string; loaded: LoadedRecogniser; recorded: Recorded },
  ): Promise<readonly StoredRecording[]> {
    const { recordings, challenges, invitations, templates, liveness } = this.#resources;
    const { id, challenge, invitation, receivedAt, recorded } = newcomer;
    return recordings.store(request.recordings, async (trx, stored) => {
      await sql`select pg_advisory_xact_lock(hashtext('visavox enrolment'))`.execute(trx);
      await requireUnknown(trx, stored);
      if (challenge) await challenges.claim(trx, challenge.id, receivedAt);
      await this.#insertPerson(trx, newcomer);
      if (invitation !== null) await invitations.use(trx, invitation, { person: id, at: receivedAt });
      await insertSamples(trx, stored, {
        id,
        at: receivedAt,
        captures: recorded.captures,
        prompts: challenge?.prompts ?? request.prompts,
      });
      for (const template of recorded.templates) await templates.insert(trx, id, template);
      await liveness.learn(trx, id, recorded.words);
      return stored;
    });
  }

  async #insertPerson(
    trx: Transaction<ApplicationTables>,
    {
      id,
      name,
      challenge,
      idempotency,
      receivedAt,
      loaded,
      recorded,
    }: Admitted & { id: string; loaded: LoadedRecogniser; recorded: Recorded },
  ): Promise<void> {
    const { search } = this.#resources;
    const [template] = recorded.templates;
    const alike = template ? await search.find(trx, loaded, { template, features: recorded.features }) : [];
    const matched = await trx
      .selectFrom('people')
      .select(['id', 'identity'])
      .where('id', 'in', alike.length > 0 ? alike : [''])
      .execute();
    const named = await sameNames(trx, name);
    const findings = [
      ...named.map((match) => ({ reason: 'name' as const, match })),
      ...alike
        .filter((one) => matched.some(({ id: there }) => there === one))
        .map((match) => ({ reason: 'face' as const, match })),
    ];
    await trx
      .insertInto('people')
      .values({
        id,
        name: name.text,
        name_key: name.key,
        name_look: name.look,
        state: findings.length > 0 ? 'pending' : 'active',
        verified: challenge !== null,
        identity: matched.find((one) => one.id === alike[0])?.identity ?? id,
        consent: consentVersion,
        consented_at: receivedAt,
        enrolled_at: receivedAt,
        idempotency_key: idempotency?.key ?? null,
        idempotency_digest: idempotency?.digest ?? null,
      })
      .execute();
    if (findings.length === 0) return;
    const rows = findings.map((finding) => ({ ...finding, person: id, created_at: receivedAt }));
    await trx.insertInto('review_findings').values(rows).execute();
  }

  async #earlier(idempotency: Idempotency | undefined): Promise<Person | undefined> {
    if (!idempotency) return undefined;
    const { db, people } = this.#resources;
    const row = await db
      .selectFrom('people')
      .select(['id', 'idempotency_digest'])
      .where('idempotency_key', '=', idempotency.key)
      .executeTakeFirst();
    if (!row) return undefined;
    if (row.idempotency_digest === idempotency.digest) return people.get(row.id);
    throw idempotencyReused();
  }
}

/** Whoever has this name, or one that looks like it, and may sign in. */
async function sameNames(trx: Transaction<ApplicationTables>, { key, look }: PersonName): Promise<string[]> {
  const rows = await trx
    .selectFrom('people')
    .select('id')
    .where('state', '=', 'active')
    .where(({ eb, or }) => or([eb('name_key', 'in', [key, look]), eb('name_look', 'in', [key, look])]))
    .orderBy('enrolled_at')
    .limit(10)
    .execute();
  return rows.map(({ id }) => id);
}

/** Somebody else's recordings make nobody of another name. */
async function requireUnknown(
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

async function insertSamples(
  trx: Transaction<ApplicationTables>,
  stored: readonly StoredRecording[],
  { id, at, captures, prompts }: { id: string; at: Date; captures: Captures; prompts: readonly string[] },
): Promise<void> {
  await trx
    .insertInto('samples')
    .values(
      stored.map((recording, position) => ({
        id: randomUUID(),
        person: id,
        modality: recording.modality,
        digest: recording.digest,
        bytes: recording.bytes,
        media_type: recording.mediaType,
        quality: JSON.stringify(captures.qualities[position]),
        captured_at: at,
        source: 'enrolment' as const,
        attempt: null,
        consent: consentVersion,
        position,
        prompt: recording.modality === 'voice' ? (prompts[position - captures.faces.length] ?? null) : null,
      })),
    )
    .execute();
}

/** The same features where the other release differs in its heads alone. */
async function templateFor(
  other: LoadedRecogniser,
  known: { loaded: LoadedRecogniser; captures: Captures; features: Features; request: EnrolmentRequest },
): Promise<Template> {
  const { loaded, request } = known;
  const same = sameFeatures(other, loaded);
  const captures = same ? known.captures : await captureAll(other.recogniser.signals, request.recordings);
  const features = same ? known.features : await featuresOfCaptures(other.recogniser, captures);
  const samples = request.recordings.map(({ bytes }) => digestOf(bytes));
  return other.recogniser.template(await enrolledFeatures(other, { captures, features, samples }));
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

/** The name of an invitation is the operator's; what was sent has to be the same one. */
function nameOfInvitation(invited: string, given: PersonName): PersonName {
  const name = personName(invited);
  if (name.key === given.key) return name;
  throw invalidRequest(
    'the invitation is for somebody of another name',
    'Leave the name as the invitation has it.',
    { field: 'name' },
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

function challengeMissing(): UserError {
  return new UserError({
    kind: 'unauthenticated',
    code: 'challenge_missing',
    message:
      'people enrol by answering a challenge; from recordings alone, only an operator may enrol somebody',
    action: 'Ask for a challenge of the purpose "enrolment" and send its id, or use the operator\'s token.',
  });
}

function challengeOfAnother(): UserError {
  return new UserError({
    kind: 'not-found',
    code: 'challenge_unknown',
    message: 'this challenge was never given',
    action: 'Ask for a new challenge with the same invitation.',
  });
}
