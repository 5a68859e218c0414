import { randomUUID } from 'node:crypto';
import type { Digest } from '@visavox/core/digest';
import { SystemError } from '@visavox/core/errors';
import { faceHints } from '@visavox/recognition/face-finding/face-hints';
import { voiceAmong } from '@visavox/recognition/recogniser';
import type { Champion, Serving } from '../champion.ts';
import { voiceHints } from '../enrolment/capture-hints.ts';
import { type Captures, captureAll } from '../enrolment/captures.ts';
import { featuresOfCaptures } from '../enrolment/features.ts';
import type { Claimed, People } from '../enrolment/people.ts';
import type { Templates } from '../enrolment/templates.ts';
import type { Evidence } from '../recogniser-port.ts';
import { type Recording, requireDistinct, requireRecordings } from '../retention/recordings.ts';
import type { Sealer } from '../sealing.ts';
import type { ShadowTest } from '../shadow/shadow-test.ts';
import type { Decision } from '../tables.ts';
import type { AttemptRecords } from './attempt-record.ts';
import type { Challenge, Challenges } from './challenges.ts';
import { type ClaimedName, claimedName } from './claimed-name.ts';
import { decoyTemplate } from './decoy.ts';
import type { EarlierTries, Trying } from './earlier-tries.ts';
import type { Admission, SignInLimits } from './limits.ts';
import type { BurstFrame, LivenessChecks } from './liveness.ts';
import type { Visitor } from './visitor.ts';

export interface SignInRequest {
  readonly name: string;
  readonly challenge: string;
  /** One to five faces and one utterance. */
  readonly recordings: readonly Recording[];
  /** The face before and while the digits are spoken; only an operator may leave it out. */
  readonly frames: readonly BurstFrame[];
  readonly visitor: Visitor;
  /** An operator's program measures: with recordings, as often as it likes, and without a session. */
  readonly operator: boolean;
  /** Whether face and voice may open anything yet; where not, they are compared all the same, and refused. */
  readonly mayEnter: (person: string) => Promise<boolean>;
  readonly receivedAt: Date;
}

/** What may be told. Whatever was wrong with an attempt, a refusal looks the same. */
export interface SignInResult {
  readonly id: string;
  readonly decision: 'accept' | 'reject';
  readonly person: { readonly id: string; readonly name: string } | null;
  readonly servedBy: { readonly model: string; readonly version: number };
  /** What the recordings themselves could do better, whoever is in them. */
  readonly hints: readonly string[];
  /** Recordings that an operator measured: never a session. */
  readonly measured: boolean;
  readonly latencyMs: number;
}

/** Which devices a person signed in with before. */
export interface KnownDevices {
  /** The hash of the token where it is one of this person's devices. */
  recognise(person: string, token: string): Promise<string | null>;
}

interface SignInResources {
  readonly people: People;
  readonly champion: Champion;
  readonly challenges: Challenges;
  readonly records: AttemptRecords;
  readonly templates: Templates;
  readonly liveness: LivenessChecks;
  readonly limits: SignInLimits;
  readonly devices: KnownDevices;
  readonly tries: EarlierTries;
  readonly sealer: Sealer;
  readonly shadow: Pick<ShadowTest, 'judge' | 'letIn'>;
}

interface Claimant {
  readonly name: ClaimedName;
  readonly person: Claimed | null;
  readonly device: string | null;
}

/** Sign-in by face and voice. */
export class SignIn {
  readonly #resources: SignInResources;

  constructor(resources: SignInResources) {
    this.#resources = resources;
  }

  /** Digits for whoever says to have this name, whether anybody has it or not. */
  async challenge(wish: {
    name: string;
    withTurn: boolean;
    visitor: Visitor;
    operator: boolean;
  }): Promise<Challenge> {
    const { challenges, limits } = this.#resources;
    const { visitor, operator } = wish;
    const { name, device } = await this.#claimant(wish.name, visitor);
    if (!operator) await limits.check({ name: name.hash, network: visitor.network, device });
    const unlimited = operator || device !== null;
    return challenges.create({ name, visitor, unlimited, withTurn: wish.withTurn });
  }

  /** One attempt from beginning to end with the champion of its first moment. */
  async attempt(request: SignInRequest): Promise<SignInResult> {
    const { challenges, champion, liveness, limits } = this.#resources;
    const { visitor, receivedAt } = request;
    requireCounts(request.recordings);
    requireDistinct(request.recordings);
    const claimant = await this.#claimant(request.name, visitor);
    const challenge = await challenges.check(request.challenge, { name: claimant.name, visitor }, receivedAt);
    if (!request.operator) liveness.requireFrames(challenge, request.frames);
    const claim = { name: claimant.name.hash, network: visitor.network, device: claimant.device };
    const admission = request.operator ? null : await limits.admit(claim);
    try {
      const result = await champion.use((serving) => this.#decide(serving, { request, claimant, challenge }));
      await this.#count(admission, result.decision);
      return result;
    } catch (error) {
      if (admission) await limits.withdrawn(admission);
      throw error;
    }
  }

  async #claimant(given: string, visitor: Visitor): Promise<Claimant> {
    const { people, devices, sealer } = this.#resources;
    const name = claimedName(given, sealer);
    const person = await people.claimed(name.key);
    const device = person && visitor.device ? await devices.recognise(person.id, visitor.device) : null;
    return { name, person, device };
  }

  async #decide(
    { release, loaded }: Serving,
    { request, claimant, challenge }: { request: SignInRequest; claimant: Claimant; challenge: Challenge },
  ): Promise<SignInResult> {
    const { templates, liveness, records, tries, shadow } = this.#resources;
    const { recogniser } = loaded;
    const { person } = claimant;
    // Whoever takes part without face and voice is nobody to them.
    const known = person?.faceAndVoice ? person : null;
    const started = performance.now();
    const captures = await captureAll(recogniser.signals, request.recordings);
    const template = known
      ? await templates.of(known.id, loaded)
      : decoyTemplate(recogniser, claimant.name.hash);
    const features = await featuresOfCaptures(recogniser, captures);
    const faceQuality = Math.max(0, ...captures.faces.map((capture) => capture.quality.score));
    const probe = { faces: features.faces, faceQuality, ...voiceAmong(features, 0) };
    const trying = tryingOf(request, claimant, recogniser.contract);
    const earlier = trying && (await tries.take(trying));
    const evidence = await recogniser.compare(template, earlier ? [earlier, probe] : probe);
    const measured = request.operator && request.frames.length === 0;
    const alive = await liveness.assess(
      { person: known?.id ?? null, template, recogniser },
      {
        challenge,
        voice: onlyOne(captures.voices),
        voiceBytes: onlyOne(request.recordings.filter(({ modality }) => modality === 'voice')).bytes,
        frames: request.frames,
        measured,
      },
    );
    const mayEnter = known === null || (await request.mayEnter(known.id));
    const faults = [
      ...alive.faults,
      ...(mayEnter ? [] : ['passkey_first']),
      // Whoever was enrolled from recordings never was there: nothing says that the face and the voice are the person's.
      ...(known?.verified === false && !measured ? ['not_verified'] : []),
    ];
    const verdict = known
      ? judge(recogniser.decide(evidence), evidence, faults)
      : { decision: 'reject' as const, reasons: [person ? 'no_face_and_voice' : 'unknown_name', ...faults] };
    const accepted = verdict.decision === 'accept';
    // What nobody said before the camera is no part of what a second try adds to.
    const countsForNext = !accepted && !earlier && alive.faults.length === 0;
    if (trying && countsForNext) await tries.keep(trying, probe);
    const result: SignInResult = {
      id: randomUUID(),
      decision: accepted ? 'accept' : 'reject',
      person: accepted && known ? { id: known.id, name: known.name } : null,
      servedBy: { model: release.model, version: release.version },
      hints: hintsOf(captures),
      measured: measured || liveness.off,
      latencyMs: Math.round(performance.now() - started),
    };
    const { id, latencyMs } = result;
    await records.keep({
      ...{ id, latencyMs, measured: result.measured, person: person?.id ?? null, ...verdict },
      ...{ challenge, release, captures, evidence, alive },
      recordings: request.recordings,
      receivedAt: request.receivedAt,
    });
    if (known && !result.measured && alive.faults.length === 0) {
      const seen = { person: known.id, visit: request.visitor.visit, at: request.receivedAt };
      // A second try is judged by both tries: what that says of a challenger, which has seen one of them, is nothing.
      if (!earlier)
        shadow.judge({
          ...seen,
          id,
          captures,
          probe,
          loaded,
          accepted: recogniser.decide(evidence) === 'accept',
        });
      if (accepted) shadow.letIn(seen);
    }
    return result;
  }

  async #count(admission: Admission | null, decision: SignInResult['decision']): Promise<void> {
    if (!admission) return;
    const { limits } = this.#resources;
    await (decision === 'accept' ? limits.succeeded(admission) : limits.failed(admission));
  }
}

/** The decision with everything that speaks against the attempt, for operators. */
function judge(
  decision: Decision,
  evidence: Evidence,
  faults: readonly string[],
): { decision: Decision; reasons: readonly string[] } {
  if (decision === 'accept' && faults.length === 0) return { decision, reasons: [] };
  const unlike =
    decision === 'accept'
      ? []
      : [
          evidence.face === null
            ? 'face_missing'
            : `evidence_${decision === 'step_up' ? 'unclear' : 'too_weak'}`,
        ];
  return { decision: decision === 'accept' ? 'reject' : decision, reasons: [...unlike, ...faults] };
}

/** A program that keeps no cookies has one try at a time: nothing tells two visitors behind it apart. */
function tryingOf({ visitor, operator }: SignInRequest, { name }: Claimant, contract: Digest): Trying | null {
  return operator || visitor.visit === null ? null : { name: name.hash, visit: visitor.visit, contract };
}

function hintsOf({ faces, voices }: Captures): string[] {
  // The best of several pictures is what counts.
  const ofFaces = faces.map(({ quality }) => faceHints(quality)).sort((a, b) => a.length - b.length)[0];
  return [...(ofFaces ?? []), ...voices.flatMap(({ quality }) => voiceHints(quality))];
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
