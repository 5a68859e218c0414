import type { Caller } from '../sign-in/sessions.ts';

/** What middleware leaves for the handlers. */
export interface AppEnv {
  Variables: {
    requestId: string;
    caller: Caller;
    /** The session's token where the caller came with a cookie. */
    sessionToken: string | undefined;
  };
}
