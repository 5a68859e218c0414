import type { Bindings } from '../listener.ts';
import type { Caller } from '../sign-in/sessions.ts';
import type { Visitor } from '../sign-in/visitor.ts';

/** What middleware leaves for the handlers. */
export interface AppEnv {
  Bindings: Bindings;
  Variables: {
    requestId: string;
    caller: Caller;
    /** The session's token where the caller came with a cookie. */
    sessionToken: string | undefined;
    visitor: Visitor;
    receivedAt: Date;
    /** Set where an attempt was refused, so that all refusals take alike long. */
    refused: boolean | undefined;
  };
}
