import type { IncomingMessage } from 'node:http';
import type { ClientNetwork } from './client-network.ts';

/** Who is asking, as far as the platform knows callers: an operator, or somebody whom only an application knows. */
export interface ApiCaller {
  readonly operator: boolean;
  /** An operator's program, which sends the token with every request; never a page. */
  readonly program: boolean;
  /** Whom an application has signed in, which makes nobody an operator. */
  readonly person?: object | null;
}

/** What middleware leaves for the handlers. An application adds variables of its own. */
export interface ApiEnv {
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
    caller: ApiCaller;
    /** The token of the operators' cookie, good or not. */
    operatorSessionToken: string | undefined;
  };
}

/** `env`: the request as Node has it, for those who want to know where it comes from. */
export type Answer = (request: Request, env?: ApiEnv['Bindings']) => Response | Promise<Response>;
