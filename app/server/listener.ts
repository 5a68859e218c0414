import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { UserError } from '@visavox/core/errors';

/** Node's own request, by which a visitor's address is known. */
export interface Bindings {
  readonly incoming?: { readonly socket: { readonly remoteAddress?: string | undefined } };
}

export type Answer = (request: Request, bindings?: Bindings) => Response | Promise<Response>;

/** An HTTP server whose answers may be exchanged while it listens. */
export interface Listener {
  readonly url: string;
  answerWith(answer: Answer): void;
  /** Finishes the requests in flight, for a few seconds at most. May be called again. */
  close(): Promise<void>;
}

const finishWithinMs = 5000;

export async function listen(address: { host: string; port: number }, first: Answer): Promise<Listener> {
  let answer = first;
  const server = createAdaptorServer({
    fetch: (request, bindings) => answer(request, bindings as Bindings),
    // Node's own Request and Response stay what they are for the rest of this process.
    overrideGlobalObjects: false,
  }) as Server;
  server.requestTimeout = 60_000;
  server.listen(address.port, address.host);
  try {
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new UserError({
      kind: 'conflict',
      code: 'address_in_use',
      message: `something else listens at ${address.host}:${address.port}`,
      action: 'Stop it, or choose another port with the setting PORT.',
      cause: error,
    });
  }
  let closing: Promise<void> | undefined;
  const { port } = server.address() as AddressInfo;
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return {
    url: `http://${host}:${port}`,
    answerWith: (next) => {
      answer = next;
    },
    close: () => {
      closing ??= close(server);
      return closing;
    },
  };
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  // Connections that are kept alive are idle once their last answer is out.
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const impatient = setTimeout(() => server.closeAllConnections(), finishWithinMs);
  await closed;
  clearTimeout(impatient);
  clearInterval(idle);
}
