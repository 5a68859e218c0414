import type { Json } from '@visavox/adapters/sql/tables';
import type { Generated } from 'kysely';

export type CeremonyPurpose = 'registration' | 'authentication' | 'joining';
export type CodeKind = 'recovery' | 'operator';

export type AccessEventKind =
  | 'joined'
  | 'signed_in'
  | 'signed_out_everywhere'
  | 'passkey_added'
  | 'passkey_removed'
  | 'passkey_copied'
  | 'recovery_codes_made'
  | 'operator_code_issued'
  | 'face_and_voice_added'
  | 'face_and_voice_withdrawn'
  | 'operator_signed_in'
  | 'operator_token_refused';

export type WaysInTables = {
  passkeys: {
    /** The credential id, base64url. */
    id: string;
    person: string;
    /** What the person calls it. */
    name: string;
    /** COSE. */
    public_key: Uint8Array;
    /** A 32-bit count without sign, which `integer` does not hold and `bigint` is read as text. */
    counter: number;
    transports: Json<string[]>;
    /** Whether it may be copied to other devices; never changes. */
    backup_eligible: boolean;
    /** Whether it has been. */
    backed_up: boolean;
    aaguid: string;
    created_at: Date;
    last_used_at: Date | null;
  };
  /** Challenges that a browser has been given and has not used. */
  passkey_challenges: {
    challenge: string;
    purpose: CeremonyPurpose;
    /** Hash of the cookie that it was given to. */
    visit: string;
    /** Whom it is for: a person's id; when signing in, the keyed hash of a name. */
    subject: string | null;
    created_at: Date;
    expires_at: Date;
  };
  /** Codes that have not been used; using one removes it. */
  sign_in_codes: {
    /** Keyed. */
    hash: string;
    person: string;
    kind: CodeKind;
    created_at: Date;
    expires_at: Date | null;
  };
  /** Devices that a person signed in with. */
  devices: {
    token_hash: string;
    person: string;
    first_used_at: Date;
    last_used_at: Date;
    expires_at: Date;
  };
  /**
   * Who has just enrolled may add another way in. The person need not exist: whether a name was taken is not told, and
   * these tickets are alike.
   */
  enrolment_tickets: { token_hash: string; person: string; name: string; expires_at: Date };
  /** What was done about ways in, by whom. */
  access_events: {
    id: Generated<number>;
    at: Date;
    /** Null once the person is forgotten, and where it is about nobody. */
    person: string | null;
    kind: AccessEventKind;
    by: 'person' | 'operator' | 'anybody';
    /** Nothing that tells who somebody is. */
    details: Json<Record<string, string | number | boolean>>;
  };
};
