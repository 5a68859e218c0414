import { once } from 'node:events';
import { IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { Answer } from '@visavox/api/api-env';
import { addressesOf } from '@visavox/api/client-network';
import { UserError } from '@visavox/core/errors';

/** An HTTP server whose answers may be exchanged while it listens. */
export interface Listener {
  readonly url: string;
  answerWith(answer: Answer): void;
  /** Finishes the requests in flight, for a few seconds at most. May be called again. */
  close(): Promise<void>;
}

const finishWithinMs = 5000;
const headersWithinMs = 15_000;
/** Longer than clients and proxies keep a connection: who sends on one that was just closed has lost the request. */
const keptOpenMs = 75_000;
/** Longer than bodies are given by those who read them, so that they can say what was wrong. */
const requestWithinMs = 150_000;
/** Below what a process may usually have open. */
const mostConnections = 4000;
/** Nobody may open all of them. */
const ofOneAddress = 1000;
/** How often connections that are late are looked for. */
const lookEveryMs = 5000;
/** Somebody who sends more than this after the answer sends it to nobody. */
const heardAfterwardsBytes = 64 << 20;

export interface ListenAt {
  readonly host: string;
  readonly port: number;
  /** From whose addresses any number of people come. */
  readonly trustedProxies?: readonly string[];
  /** How many connections anybody else may have open. */
  readonly mostOfOneAddress?: number;
}

export async function listen(
  { host: name, port: wanted, trustedProxies = [], mostOfOneAddress = ofOneAddress }: ListenAt,
  first: Answer,
): Promise<Listener> {
  let answer = first;
  const server = createAdaptorServer({
    fetch: (request, { incoming }) =>
      answer(request, incoming instanceof IncomingMessage ? { incoming } : {}),
    // Node's own Request and Response stay what they are for the rest of this process.
    overrideGlobalObjects: false,
    // It breaks the connection half a second after an answer that came before the end of the request.
    autoCleanupIncoming: false,
    serverOptions: { connectionsCheckingInterval: lookEveryMs },
  }) as Server;
  shareConnections(server, { isProxy: addressesOf(trustedProxies), most: mostOfOneAddress });
  server.prependListener('request', hearToTheEnd);
  server.headersTimeout = headersWithinMs;
  server.keepAliveTimeout = keptOpenMs;
  server.requestTimeout = requestWithinMs;
  server.maxConnections = mostConnections;
  server.listen(wanted, name);
  try {
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new UserError({
      kind: 'conflict',
      code: 'address_in_use',
      message: `something else listens at ${name}:${wanted}`,
      action: 'Stop it, or choose another port with the setting PORT.',
      cause: error,
    });
  }
  let closing: Promise<void> | undefined;
  const { port } = server.address() as AddressInfo;
  const host = name.includes(':') ? `[${name}]` : name;
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

function shareConnections(
  server: Server,
  { isProxy, most }: { isProxy: (address: string | undefined) => boolean; most: number },
): void {
  const open = new Map<string, number>();
  server.on('connection', (socket) => {
    const from = socket.remoteAddress;
    if (from === undefined || isProxy(from)) return;
    const count = (open.get(from) ?? 0) + 1;
    open.set(from, count);
    socket.once('close', () => {
      const left = (open.get(from) ?? 1) - 1;
      if (left === 0) open.delete(from);
      else open.set(from, left);
    });
    if (count > most) socket.destroy();
  });
}

/**
 * Who is refused before everything was sent still sends it: were the connection closed then, the answer would be lost. So
 * the rest is thrown away as it comes.
 */
function hearToTheEnd(incoming: IncomingMessage, outgoing: ServerResponse): void {
  outgoing.once('finish', () => {
    if (incoming.complete || incoming.destroyed) return;
    let heard = 0;
    incoming.removeAllListeners('data');
    incoming.on('data', (chunk: Buffer) => {
      heard += chunk.length;
      if (heard > heardAfterwardsBytes) incoming.destroy();
    });
    incoming.resume();
  });
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
