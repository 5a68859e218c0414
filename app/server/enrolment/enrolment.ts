import { randomUUID } from 'node:crypto';
import { digestOf } from '@visavox/core/digest';
import type { Kysely, Transaction } from 'kysely';
import type { Champion } from '../champion.ts';
import type { Features, Template } from '../recogniser-port.ts';
import type { Recording, Recordings, StoredRecording } from '../retention/recordings.ts';
import type { BurstFrame } from '../sign-in/liveness.ts';
import { type LivenessChecks, spokenDigits } from '../sign-in/liveness.ts';
import type { Whereabouts } from '../sign-in/visitor.ts';
import type { ApplicationTables } from '../tables.ts';
import { type Captures, captureAll } from './captures.ts';
import type { EnrolmentChallenge, EnrolmentChallenges } from './enrolment-challenges.ts';
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
import {
  admitMember,
  keepFindings,
  lockEnrolments,
  type NewMember,
  nameOfInvitation,
  sameFaces,
  sameNames,
  stateOf,
} from './newcomers.ts';
import { requireOnePerson } from './one-person.ts';
import type { People, Person } from './people.ts';
import { type PersonName, personName } from './person-name.ts';
import {
  challengeMissing,
  challengeOfAnother,
  requireNoneYet,
  requirePrompts,
  requireUnknown,
  requireUsable,
} from './requirements.ts';
import type { Templates } from './templates.ts';

/** The text that people agree to when they enrol; a new wording is a new version. */
export const consentVersion = 'biometric-sign-in/1';

/** What face and voice are enrolled with. */
interface FaceAndVoiceRequest {
  readonly consent: boolean;
  /** Three to five faces and three utterances. */
  readonly recordings: readonly Recording[];
  /** Of the turns of the head. */
  readonly frames: readonly BurstFrame[];
}

/** Of somebody who takes part without face and voice until now, and is there. */
export interface MemberRequest extends FaceAndVoiceRequest {
  readonly person: string;
  readonly challenge: string;
  readonly client: Whereabouts;
}

export interface EnrolmentRequest extends FaceAndVoiceRequest {
  readonly name: string;
  /** What somebody who is there answers; operators may enrol from recordings without it, for measuring. */
  readonly challenge: string | undefined;
  /** The token of an invitation. */
  readonly invitation: string | undefined;
  /** The digits that each utterance says where there is no challenge, in order; none where that is not known. */
  readonly prompts: readonly string[];
  /** A repeated request with the same key answers the same person. */
  readonly idempotencyKey: string | undefined;
  /** `program`: an operator's, which may enrol people from recordings. */
  readonly by: { readonly client: Whereabouts; readonly operator: boolean; readonly program: boolean };
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
  readonly prompts: readonly string[];
  readonly captures: Captures;
  readonly features: Features;
  /** Of the champion, then of those being prepared. */
  readonly templates: readonly Template[];
  readonly words: Awaited<ReturnType<typeof spokenDigits>>;
}

/** What was sent, and what was asked for. */
interface Given {
  /** Of the person. */
  readonly id: string;
  readonly recordings: readonly Recording[];
  readonly frames: readonly BurstFrame[];
  readonly challenge: EnrolmentChallenge | null;
  /** Where there is no challenge. */
  readonly prompts: readonly string[];
  readonly receivedAt: Date;
}

interface Newcomer {
  readonly loaded: LoadedRecogniser;
  readonly recorded: Recorded;
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
    requireUsable(request);
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

  /** Somebody who has another way in adds these. `within`: what else belongs to the transaction. */
  async addFaceAndVoice(
    request: MemberRequest,
    within: (trx: Transaction<ApplicationTables>) => Promise<void>,
  ): Promise<Person> {
    const { db, challenges, people, now } = this.#resources;
    const at = now();
    requireUsable(request);
    // Before any work; what counts is asked again where it is kept.
    await db.transaction().execute((trx) => requireNoneYet(trx, request.person));
    const challenge = await challenges.check(request.challenge, { client: request.client, at });
    if (challenge.invitation !== null) throw challengeOfAnother();
    requireFrames(request.frames);
    const id = request.person;
    await this.#record(
      { ...request, id, challenge, prompts: [], receivedAt: at },
      async (trx, { loaded, recorded }) => {
        await requireNoneYet(trx, id);
        const { findings, identity } = await this.#alike(trx, loaded, recorded);
        await trx
          .updateTable('people')
          .set({ consent: consentVersion, consented_at: at, verified: true, state: stateOf(findings) })
          .set(identity === undefined ? {} : { identity })
          .where('id', '=', id)
          .execute();
        await keepFindings(trx, findings, { person: id, at });
        await within(trx);
      },
    );
    return people.get(id);
  }

  /** By the same rules as everybody else, without recordings. */
  async admitMember(trx: Transaction<ApplicationTables>, member: NewMember): Promise<void> {
    await admitMember(trx, member, this.#resources);
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
    const { people, invitations } = this.#resources;
    const { challenge, invitation, receivedAt } = admitted;
    const { recordings, frames, prompts } = request;
    const id = randomUUID();
    await this.#record({ id, recordings, frames, prompts, challenge, receivedAt }, async (trx, newcomer) => {
      await this.#insertPerson(trx, { ...admitted, ...newcomer, id });
      if (invitation !== null) await invitations.use(trx, invitation, { person: id, at: receivedAt });
    });
    return people.get(id);
  }

  /** Looks at the recordings and keeps them as those of a person, whom `enter` writes down or finds. */
  async #record(
    given: Given,
    enter: (trx: Transaction<ApplicationTables>, newcomer: Newcomer) => Promise<void>,
  ): Promise<void> {
    const { champion, features, search, db } = this.#resources;
    await champion.useAll(async ({ loaded }, others) => {
      const recorded = await this.#look(given, { loaded, others });
      // Here what is new is a few at most; at a start it may be everybody, which nobody should wait for under the lock.
      await search.follow(loaded);
      const stored = await this.#store(given, recorded, (trx) => enter(trx, { loaded, recorded }));
      await features.remember(stored, recorded.features, loaded);
      // Forgotten or withdrawn by another request meanwhile: nothing that was derived from the recordings may stay.
      const { id } = given;
      const kept = await db
        .selectFrom('samples')
        .select('id')
        .where('person', '=', id)
        .limit(1)
        .executeTakeFirst();
      if (!kept) await features.forget(stored);
    });
  }

  async #look(
    { recordings, frames, challenge, prompts: told }: Given,
    { loaded, others }: { loaded: LoadedRecogniser; others: readonly LoadedRecogniser[] },
  ): Promise<Recorded> {
    const { recogniser } = loaded;
    const captures = await captureAll(recogniser.signals, recordings);
    const features = await featuresOfCaptures(recogniser, captures);
    if (challenge) await requireLive(recogniser, { ...challenge, frames, captures, features });
    await requireOnePerson(recogniser, features);
    const templates: Template[] = [];
    for (const one of [loaded, ...others])
      templates.push(await templateFor(one, { loaded, captures, features, recordings }));
    const prompts = challenge?.prompts ?? told;
    const words = await spokenDigits(recogniser.signals, captures.voices, prompts);
    return { prompts, captures, features, templates, words };
  }

  async #store(
    { id, recordings: given, challenge, receivedAt: at }: Given,
    { captures, prompts, ...recorded }: Recorded,
    enter: (trx: Transaction<ApplicationTables>) => Promise<void>,
  ): Promise<readonly StoredRecording[]> {
    const { recordings, challenges, templates, liveness } = this.#resources;
    return recordings.store(given, async (trx, stored) => {
      await lockEnrolments(trx);
      await requireUnknown(trx, stored);
      if (challenge) await challenges.claim(trx, challenge.id, at);
      await enter(trx);
      await insertSamples(trx, stored, { id, at, captures, prompts });
      for (const template of recorded.templates) await templates.insert(trx, id, template);
      await liveness.learn(trx, id, recorded.words);
      return stored;
    });
  }

  async #insertPerson(
    trx: Transaction<ApplicationTables>,
    newcomer: Admitted & Newcomer & { id: string },
  ): Promise<void> {
    const { id, name, challenge, idempotency, receivedAt: at, loaded, recorded } = newcomer;
    const faces = await this.#alike(trx, loaded, recorded);
    const findings = [...(await sameNames(trx, name)), ...faces.findings];
    await trx
      .insertInto('people')
      .values({
        id,
        name: name.text,
        name_key: name.key,
        name_look: name.look,
        state: stateOf(findings),
        verified: challenge !== null,
        identity: faces.identity ?? id,
        consent: consentVersion,
        consented_at: at,
        enrolled_at: at,
        idempotency_key: idempotency?.key ?? null,
        idempotency_digest: idempotency?.digest ?? null,
      })
      .execute();
    await keepFindings(trx, findings, { person: id, at });
  }

  async #alike(trx: Transaction<ApplicationTables>, loaded: LoadedRecogniser, recorded: Recorded) {
    const { search } = this.#resources;
    const { features, templates } = recorded;
    const [template] = templates;
    return sameFaces(trx, template ? await search.find(trx, loaded, { template, features }) : []);
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
  known: {
    loaded: LoadedRecogniser;
    captures: Captures;
    features: Features;
    recordings: readonly Recording[];
  },
): Promise<Template> {
  const { loaded, recordings } = known;
  const same = sameFeatures(other, loaded);
  const captures = same ? known.captures : await captureAll(other.recogniser.signals, recordings);
  const features = same ? known.features : await featuresOfCaptures(other.recogniser, captures);
  const samples = recordings.map(({ bytes }) => digestOf(bytes));
  return other.recogniser.template(await enrolledFeatures(other, { captures, features, samples }));
}
