import type { IncomingMessage } from 'node:http';
import type { Caller } from '../sign-in/sessions.ts';
import type { Visitor } from '../sign-in/visitor.ts';
import type { ClientNetwork } from './client-network.ts';

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
    /** The session's token where the caller came with a cookie. */
    sessionToken: string | undefined;
    visitor: Visitor;
    /** Set where an attempt was refused, so that all refusals take alike long. */
    refused: boolean | undefined;
  };
}
