import { randomUUID } from 'node:crypto';
import { SystemError, UserError } from '@visavox/core/errors';
import type { Release } from '@visavox/core/release';
import { type Kysely, sql } from 'kysely';
import type { Champion } from '../champion.ts';
import { type Captures, captureAll } from '../enrolment/captures.ts';
import { featuresOfCaptures } from '../enrolment/features.ts';
import type { People } from '../enrolment/people.ts';
import type { Templates } from '../enrolment/templates.ts';
import { databaseFault, foreignKeyViolation, unknownPerson } from '../faults.ts';
import type { Evidence } from '../recogniser-port.ts';
import {
  type Recording,
  type Recordings,
  requireDistinct,
  requireRecordings,
} from '../retention/recordings.ts';
import type { Sealer } from '../sealing.ts';
import type { ApplicationTables, Decision } from '../tables.ts';
import type { Challenge, Challenges } from './challenges.ts';
import type { BurstFrame, Liveness, LivenessChecks, LivenessFault } from './liveness.ts';

export interface SignInRequest {
  readonly name: string;
  readonly challenge: string;
  /** One to five faces and one utterance. */
  readonly recordings: readonly Recording[];
  /** The face before and while the digits are spoken; may be none. */
  readonly frames: readonly BurstFrame[];
  /** Operators measure; only they may fail as often as they like. */
  readonly limited: boolean;
  /** When the first byte of it was here: a challenge that was in time then counts, however long it waited. */
  readonly receivedAt: Date;
}

/** What may be told. The evidence itself stays inside. */
export interface SignInResult {
  readonly id: string;
  readonly decision: Decision;
  readonly person: { readonly id: string; readonly name: string } | null;
  readonly servedBy: { readonly model: string; readonly version: number };
  readonly reasons: readonly string[];
  readonly latencyMs: number;
}

export interface SignInLimits {
  /** So many attempts that were not accepted are allowed on one name within the window. */
  readonly failures: number;
  readonly windowSeconds: number;
  /** How long an attempt's recordings wait for feedback. */
  readonly retentionHours: number;
}

interface SignInResources {
  readonly db: Kysely<ApplicationTables>;
  readonly people: People;
  readonly champion: Champion;
  readonly challenges: Challenges;
  readonly recordings: Recordings;
  readonly templates: Templates;
  readonly liveness: LivenessChecks;
  readonly sealer: Sealer;
  readonly limits: SignInLimits;
  readonly now: () => Date;
}

export class SignIn {
  readonly #resources: SignInResources;

  constructor(resources: SignInResources) {
    this.#resources = resources;
  }

  /** One attempt from beginning to end with the champion of its first moment. */
  async attempt(request: SignInRequest): Promise<SignInResult> {
    const { people, challenges, champion, templates, liveness } = this.#resources;
    const started = performance.now();
    const { receivedAt } = request;
    requireCounts(request.recordings);
    requireDistinct(request.recordings);
    const challenge = await challenges.check(request.challenge, receivedAt);
    liveness.requireOffered(challenge, request.frames);
    const person = await people.byName(request.name);
    if (request.limited) await this.#requirePatience(person.id, receivedAt);
    return champion.use(async ({ release, loaded }) => {
      const { recogniser } = loaded;
      const captures = await captureAll(recogniser.signals, request.recordings);
      const template = await templates.of(person.id, loaded);
      const features = await featuresOfCaptures(recogniser, captures);
      const faceQuality = Math.max(0, ...captures.faces.map((capture) => capture.quality.score));
      const probe = { faces: features.faces, voice: features.voices[0] ?? null, faceQuality };
      const evidence = await recogniser.compare(template, probe);
      const alive = await liveness.assess(
        { person: person.id, template, recogniser },
        {
          challenge,
          voice: onlyOne(captures.voices),
          voiceBytes: onlyOne(request.recordings.filter(({ modality }) => modality === 'voice')).bytes,
          frames: request.frames,
          fresh: request.limited,
        },
      );
      const result: SignInResult = {
        id: randomUUID(),
        ...verdict(recogniser.decide(evidence), person, alive.faults),
        servedBy: { model: release.model, version: release.version },
        latencyMs: Math.round(performance.now() - started),
      };
      await this.#record(result, {
        request,
        person,
        release,
        captures,
        evidence,
        alive,
        challenge,
        receivedAt,
      });
      return result;
    });
  }

  async #record(
    result: SignInResult,
    facts: {
      request: SignInRequest;
      person: { id: string };
      release: Release;
      captures: Captures;
      evidence: Evidence;
      alive: Liveness;
      challenge: Challenge;
      receivedAt: Date;
    },
  ): Promise<void> {
    const { recordings, challenges, sealer, limits } = this.#resources;
    const { request, person, release, captures, evidence, alive, challenge, receivedAt } = facts;
    const said = (alive.evidence.digits ?? 0) > 0 ? challenge.digits : null;
    try {
      await recordings.store(request.recordings, async (trx, stored) => {
        await challenges.claim(trx, request.challenge, receivedAt);
        await trx
          .insertInto('attempts')
          .values({
            id: result.id,
            person: person.id,
            challenge: request.challenge,
            release: release.id,
            model: release.model,
            version: release.version,
            bundle: release.bundle,
            decision: result.decision,
            reasons: JSON.stringify(result.reasons),
            evidence: sealer.seal(
              Buffer.from(JSON.stringify({ ...evidence, ...alive.evidence })),
              `attempt ${result.id}`,
            ),
            created_at: receivedAt,
            latency_ms: result.latencyMs,
            feedback: null,
            feedback_by: null,
            feedback_at: null,
            recordings_until: new Date(receivedAt.getTime() + limits.retentionHours * 3_600_000),
          })
          .execute();
        await alive.remember(trx);
        await trx
          .insertInto('attempt_recordings')
          .values(
            stored.map((recording, position) => ({
              attempt: result.id,
              position,
              modality: recording.modality,
              digest: recording.digest,
              bytes: recording.bytes,
              media_type: recording.mediaType,
              quality: JSON.stringify(captures.qualities[position]),
              prompt: recording.modality === 'voice' ? said : null,
            })),
          )
          .execute();
      });
    } catch (error) {
      // Forgotten while signing in.
      throw databaseFault(error).code === foreignKeyViolation ? unknownPerson() : error;
    }
  }

  async #requirePatience(person: string, at: Date): Promise<void> {
    const { db, limits } = this.#resources;
    const since = new Date(at.getTime() - limits.windowSeconds * 1000);
    const { failures, oldest } = await db
      .selectFrom('attempts')
      .select([sql<number>`count(*)::int`.as('failures'), sql<Date | null>`min(created_at)`.as('oldest')])
      .where('person', '=', person)
      .where('created_at', '>', since)
      .where('decision', '!=', 'accept')
      .executeTakeFirstOrThrow();
    if (failures < limits.failures || !oldest) return;
    const freeAt = new Date(oldest).getTime() + limits.windowSeconds * 1000;
    const retryAfterSeconds = Math.max(1, Math.ceil((freeAt - at.getTime()) / 1000));
    throw new UserError({
      kind: 'too-many',
      code: 'too_many_requests',
      message: 'too many attempts with this name have failed',
      action: `Wait ${retryAfterSeconds} seconds, or sign in another way.`,
      details: { retryAfterSeconds },
    });
  }
}

function verdict(
  decision: Decision,
  person: { id: string; name: string },
  faults: readonly LivenessFault[],
): Pick<SignInResult, 'decision' | 'person' | 'reasons'> {
  // Who is not recognised learns nothing about the rest.
  if (decision !== 'reject' && faults.length > 0)
    return { decision: 'reject', person: null, reasons: [...faults] };
  switch (decision) {
    case 'accept':
      return { decision, person: { id: person.id, name: person.name }, reasons: [] };
    case 'reject':
      return { decision, person: null, reasons: ['evidence_too_weak'] };
    case 'step_up':
      return { decision, person: null, reasons: ['evidence_unclear'] };
  }
}

function onlyOne<T>(list: readonly T[]): T {
  const [first] = list;
  if (first === undefined) throw new SystemError('an attempt without a voice was let through');
  return first;
}

function requireCounts(recordings: readonly Recording[]): void {
  requireRecordings(recordings, 'face', { least: 1, most: 5 });
  requireRecordings(recordings, 'voice', { least: 1, most: 1 });
}
