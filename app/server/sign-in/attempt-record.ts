import type { Release } from '@visavox/core/release';
import type { Captures } from '../enrolment/captures.ts';
import { databaseFault, foreignKeyViolation } from '../faults.ts';
import type { Evidence } from '../recogniser-port.ts';
import type { Recording, Recordings } from '../retention/recordings.ts';
import type { Sealer } from '../sealing.ts';
import type { Decision } from '../tables.ts';
import type { Challenge, Challenges } from './challenges.ts';
import type { Liveness } from './liveness.ts';

/** Everything that is kept of an attempt; `reasons` are for operators. */
export interface AttemptFacts {
  readonly id: string;
  /** Null where nobody has the name. */
  readonly person: string | null;
  readonly decision: Decision;
  readonly reasons: readonly string[];
  readonly measured: boolean;
  readonly challenge: Challenge;
  readonly release: Release;
  readonly recordings: readonly Recording[];
  readonly captures: Captures;
  readonly evidence: Evidence;
  readonly alive: Liveness;
  readonly receivedAt: Date;
  readonly latencyMs: number;
}

export class AttemptRecords {
  readonly #recordings: Recordings;
  readonly #challenges: Challenges;
  readonly #sealer: Sealer;
  readonly #retentionHours: number;

  constructor(resources: {
    recordings: Recordings;
    challenges: Challenges;
    sealer: Sealer;
    retentionHours: number;
  }) {
    this.#recordings = resources.recordings;
    this.#challenges = resources.challenges;
    this.#sealer = resources.sealer;
    this.#retentionHours = resources.retentionHours;
  }

  /**
   * In one transaction, which uses the challenge up. The recordings of what is not accepted have no further use; they are
   * stored all the same until then, so that a refusal does the same work whatever its reason.
   */
  async keep(facts: AttemptFacts): Promise<void> {
    try {
      await this.#store(facts);
    } catch (error) {
      if (databaseFault(error).code !== foreignKeyViolation) throw error;
      // Forgotten while signing in.
      await this.#store({ ...facts, person: null, decision: 'reject', reasons: ['unknown_name'] });
    }
  }

  async #store(facts: AttemptFacts): Promise<void> {
    const { id, person, release, receivedAt, alive, challenge, captures } = facts;
    const said = (alive.evidence.digits ?? 0) > 0 ? challenge.digits : null;
    const retained = person !== null && facts.decision === 'accept';
    const until = receivedAt.getTime() + (retained ? this.#retentionHours * 3_600_000 : 0);
    await this.#recordings.store(facts.recordings, async (trx, stored) => {
      await this.#challenges.claim(trx, challenge.id, receivedAt);
      await trx
        .insertInto('attempts')
        .values({
          id,
          person,
          challenge: challenge.id,
          release: release.id,
          model: release.model,
          version: release.version,
          bundle: release.bundle,
          decision: facts.decision,
          reasons: JSON.stringify(facts.reasons),
          measured: facts.measured,
          evidence: this.#sealer.seal(
            Buffer.from(JSON.stringify({ ...facts.evidence, ...alive.evidence })),
            `attempt ${id}`,
          ),
          created_at: receivedAt,
          latency_ms: facts.latencyMs,
          feedback: null,
          feedback_by: null,
          feedback_at: null,
          recordings_until: new Date(until),
        })
        .execute();
      await alive.remember(trx);
      await trx
        .insertInto('attempt_recordings')
        .values(
          stored.map((recording, position) => ({
            attempt: id,
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
    if (!retained) await this.#recordings.discardAttempt(id);
  }
}
