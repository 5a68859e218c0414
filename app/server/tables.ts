import type { Json, PlatformTables } from '@visavox/adapters/sql/tables';
import type { Modality } from '@visavox/recognition/bundle-parts';
import type { Turn } from '@visavox/recognition/signals/head';
import type { Generated, GeneratedAlways } from 'kysely';
import type { Method } from './ways-in/policy.ts';
import type { WaysInTables } from './ways-in/tables.ts';

export type Decision = 'accept' | 'reject' | 'step_up';
export type Outcome = 'genuine' | 'impostor';
export type PersonState = 'active' | 'pending';
/** `merged`: recorded by somebody who was found to be the same person; a template is made of the enrolment's alone. */
export type SampleSource = 'enrolment' | 'attempt' | 'merged';
export type FindingReason = 'name' | 'face';

/** The application's own tables. */
export type OwnTables = WaysInTables & {
  people: {
    id: string;
    name: string;
    /** The name as it is looked up: without regard to case, width, and letters that look alike. Unique among active people. */
    name_key: string;
    /** The name as it looks in the case that it is written in. */
    name_look: string;
    /** Pending: an operator has to look first; until then nobody can sign in as this person. */
    state: PersonState;
    /** Whether digits were said and a head was turned when this person was recorded. */
    verified: boolean;
    /** Equal for people who were found to be one, and else the own id: recordings are split by it. */
    identity: string;
    consent: string;
    consented_at: Date;
    enrolled_at: Date;
    idempotency_key: string | null;
    /** Digest of what the idempotency key was first used for. */
    idempotency_digest: string | null;
  };
  samples: {
    id: string;
    person: string;
    modality: Modality;
    digest: string;
    bytes: number;
    media_type: string;
    quality: Json<Record<string, unknown>>;
    captured_at: Date;
    source: SampleSource;
    attempt: string | null;
    consent: string;
    position: number;
    /** The digits that it says, where that is known. */
    prompt: string | null;
  };
  /** How a person says the digits, sealed; only of people whose enrolment told what they said. */
  spoken_digits: { person: string; words: Uint8Array };
  /** What later answers must not be equal to. */
  answers: {
    id: Generated<number>;
    person: string;
    /** Digests of its recordings and pictures. */
    marks: Json<string[]>;
    /** How each of its words was said; null of answers from before that was kept. */
    words: Uint8Array | null;
    /** What was asked for; null of answers from before it was written down. */
    digits: string | null;
    created_at: Date;
  };
  templates: {
    person: string;
    contract: string;
    vectors: Uint8Array;
    created_at: Date;
    /** Grows with each one, so that whoever keeps them in memory knows which are new. */
    sequence: GeneratedAlways<number>;
  };
  /** Why somebody is pending. */
  review_findings: {
    id: GeneratedAlways<number>;
    person: string;
    reason: FindingReason;
    match: string | null;
    created_at: Date;
  };
  /** By the hash of their token: who reads the database cannot use them. */
  invitations: {
    id: string;
    token_hash: string;
    name: string;
    created_at: Date;
    expires_at: Date;
    used_at: Date | null;
    person: string | null;
  };
  enrolment_challenges: {
    id: string;
    network: string;
    visit: string | null;
    invitation: string | null;
    prompts: Json<string[]>;
    turns: Json<Turn[]>;
    created_at: Date;
    expires_at: Date;
    used_at: Date | null;
  };
  challenges: {
    id: string;
    digits: string;
    turn: 'left' | 'right' | null;
    /** Keyed hash of the name that it was given for. */
    name: string;
    network: string;
    /** Hash of the visit's cookie; null of programs that keep none. */
    visit: string | null;
    created_at: Date;
    expires_at: Date;
    used_at: Date | null;
  };
  /** Failures that were not followed by a success yet: on a name, by a device of its person, by a network, by everybody. */
  failures: { key: string; name: string | null; count: number; last_at: Date };
  /** What was heard and seen in a try that was not accepted, sealed; for the try that follows. */
  earlier_tries: { name: string; visit: string; contract: string; probe: Uint8Array; expires_at: Date };
  /** Names that failed from a network within the last day. */
  failed_names: { network: string; name: string; last_at: Date };
  /** Of attempts that a shadow test runs on, until what was right is known and told. */
  shadow_judgements: {
    attempt: string;
    experiment: string;
    person: string;
    visit: string | null;
    /** Whether each would have let the person in, and somebody else by the same recordings. */
    champion: boolean;
    challenger: boolean;
    champion_stranger: boolean | null;
    challenger_stranger: boolean | null;
    /** Whether the person was let in at the same visit soon after. */
    confirmed: Generated<boolean>;
    created_at: Date;
  };
  attempts: {
    id: string;
    /** Null once the person is forgotten. */
    person: string | null;
    challenge: string | null;
    release: string;
    model: string;
    version: number;
    bundle: string;
    decision: Decision;
    /** For operators. */
    reasons: Json<string[]>;
    /** Recordings that an operator tried. */
    measured: Generated<boolean>;
    /** Sealed; never leaves the server. */
    evidence: Uint8Array | null;
    created_at: Date;
    latency_ms: number;
    feedback: Outcome | null;
    /** `self`: in a session that face and voice began; `factor`: in one that another factor did. */
    feedback_by: 'self' | 'factor' | 'operator' | null;
    feedback_at: Date | null;
    /** Its recordings are erased after this; null when there are none any more. */
    recordings_until: Date | null;
  };
  attempt_recordings: {
    attempt: string;
    position: number;
    modality: Modality;
    digest: string;
    bytes: number;
    media_type: string;
    quality: Json<Record<string, unknown>>;
    prompt: string | null;
  };
  sessions: {
    token_hash: string;
    person: string;
    /** How it was shown who this is. */
    amr: Json<Method[]>;
    authenticated_at: Date;
    seen_at: Date;
    expires_at: Date;
  };
  /** Written before a recording's blob is, and removed by the transaction that refers to it. */
  recording_intents: { batch: string; digest: string; created_at: Generated<Date> };
  /** Recordings that are to be erased once nothing refers to them; removed when that is done. */
  recording_erasures: { digest: string };
};

/** The platform's tables lie beside them, and are reached through its stores only. */
export type ApplicationTables = PlatformTables & OwnTables;
