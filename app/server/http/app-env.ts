import type { ApiCaller, ApiEnv } from '@visavox/api/api-env';
import type { PersonName, Session } from '../sign-in/sessions.ts';
import type { Visitor } from '../sign-in/visitor.ts';

/** Who is asking. A person and an operator may use one browser, each with a session of their own. */
export interface Caller extends ApiCaller {
  /** Signed in with everything that the policy asks for. */
  readonly person: PersonName | null;
  /** A person's session, also one that the policy asks another step of. */
  readonly session: Session | null;
}

/** What middleware leaves for the handlers, beside what the platform's leaves. */
export interface AppEnv extends ApiEnv {
  Variables: ApiEnv['Variables'] & {
    caller: Caller;
    /** The token of the person's cookie, good or not. */
    sessionToken: string | undefined;
    visitor: Visitor;
    /** Set where an attempt was refused, so that all refusals take alike long. */
    refused: boolean | undefined;
  };
}
