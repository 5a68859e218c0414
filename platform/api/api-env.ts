import type { IncomingMessage } from 'node:http';
import type { Role } from '@visavox/core/user';
import type { ClientNetwork } from './client-network.ts';

/** Who is signed in to the platform. */
export interface ApiUser {
  /** As it is in the audit log. */
  readonly name: string;
  readonly role: Role;
  /** Whoever has the operators' shared token, who may be anybody. */
  readonly shared: boolean;
  /** The user's token that was shown, also where a session was begun with it. */
  readonly token?: { readonly id: string; readonly expiresAt: Date } | undefined;
  /** Who made the token or set the password that was shown; null where nobody here did. */
  readonly issuedBy: string | null;
}

/** Who is asking, as far as the platform knows callers: one of its users, or somebody whom only an application knows. */
export interface ApiCaller {
  /** Has the role operator. */
  readonly operator: boolean;
  readonly user?: ApiUser | undefined;
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
    /** What of a request the audit log says. */
    auditTarget: string | undefined;
    /** The token of the operators' cookie, good or not. */
    operatorSessionToken: string | undefined;
  };
}

/** `env`: the request as Node has it, for those who want to know where it comes from. */
export type Answer = (request: Request, env?: ApiEnv['Bindings']) => Response | Promise<Response>;
