import type { IncomingMessage } from 'node:http';
import type { PersonName, Session } from '../sign-in/sessions.ts';
import type { Visitor } from '../sign-in/visitor.ts';
import type { ClientNetwork } from './client-network.ts';

/** Who is asking. A person and an operator may use one browser, each with a session of their own. */
export interface Caller {
  /** Signed in with everything that the policy asks for. */
  readonly person: PersonName | null;
  /** A person's session, also one that the policy asks another step of. */
  readonly session: Session | null;
  readonly operator: boolean;
  /** An operator's program, which sends the token with every request; never a page. */
  readonly program: boolean;
}

export const nobody: Caller = { person: null, session: null, operator: false, program: false };

/** What middleware leaves for the handlers. */
export interface AppEnv {
  Bindings: {
    /** The request as Node has it; not there where a test asks the application itself. */
    incoming?: IncomingMessage;
  };
  Variables: {
    requestId: string;
    /** When the first byte of the request was here, however long the rest took and however long it waited. */
    receivedAt: Date;
    network: ClientNetwork;
    bodyIsRead: boolean;
    caller: Caller;
    /** The tokens that came in cookies, good or not. */
    sessionToken: string | undefined;
    operatorSessionToken: string | undefined;
    visitor: Visitor;
    /** Set where an attempt was refused, so that all refusals take alike long. */
    refused: boolean | undefined;
  };
}
