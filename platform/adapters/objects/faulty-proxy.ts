import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What happens to a request on its way; `pass` for all that is well. */
export type Mishap = 'pass' | 'busy' | 'cut' | 'cut answer' | 'flip a bit' | 'silence';

export interface FaultyProxy {
  readonly endpoint: string;
  /** Decides for each request from now on. */
  mishap: (request: { method: string; path: string }) => Mishap;
  close(): Promise<void>;
}

/** Between a client and a real server, for tests of bad days. The Host header stays, since it is signed. */
export async function startFaultyProxy(target: string): Promise<FaultyProxy> {
  const server = createServer((incoming, outgoing) => {
    const seen = { method: incoming.method ?? '', path: incoming.url ?? '' };
    pass(new URL(target), incoming, outgoing, proxy.mishap(seen));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const proxy: FaultyProxy = {
    endpoint: `http://127.0.0.1:${port}`,
    mishap: () => 'pass',
    close: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
  return proxy;
}

function pass(target: URL, incoming: IncomingMessage, outgoing: ServerResponse, mishap: Mishap): void {
  if (mishap === 'silence') return void incoming.resume();
  if (mishap === 'cut') return void incoming.once('data', () => incoming.destroy());
  if (mishap === 'busy') {
    incoming.resume();
    outgoing.writeHead(503).end('<Error><Code>SlowDown</Code><Message>slow down</Message></Error>');
    return;
  }
  const onward = request(
    {
      host: target.hostname,
      port: target.port,
      path: incoming.url,
      method: incoming.method,
      headers: incoming.headers,
    },
    (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      if (mishap === 'pass') return void answer.pipe(outgoing);
      answer.once('end', () => outgoing.end());
      answer.once('data', (chunk: Buffer) => {
        if (mishap === 'cut answer') {
          outgoing.write(chunk.subarray(0, chunk.length >> 1), () => outgoing.destroy());
          return;
        }
        chunk.writeUInt8(chunk.readUInt8(0) ^ 1, 0);
        outgoing.write(chunk);
        answer.pipe(outgoing);
      });
    },
  );
  onward.on('error', () => outgoing.destroy());
  incoming.pipe(onward);
}
