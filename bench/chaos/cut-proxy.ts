import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Between a client and a server: bytes as they are, until the connection is cut. */
export class CutProxy {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;
  readonly #state: { mode: Mode };

  private constructor(server: Server, sockets: Set<Socket>, state: { mode: Mode }) {
    this.#server = server;
    this.#sockets = sockets;
    this.#state = state;
    this.port = (server.address() as AddressInfo).port;
  }

  /** In front of a port of this machine. */
  static async start(target: number): Promise<CutProxy> {
    const sockets = new Set<Socket>();
    const state: { mode: Mode } = { mode: 'whole' };
    const server = createServer((near) => {
      if (state.mode === 'cut') return void near.resetAndDestroy();
      const far = connect(target, '127.0.0.1');
      for (const [socket, other] of [
        [near, far],
        [far, near],
      ] as const) {
        sockets.add(socket);
        socket.on('error', () => other.destroy());
        socket.on('close', () => {
          sockets.delete(socket);
          other.destroy();
        });
        socket.on('data', (chunk) => {
          if (!other.write(chunk)) socket.pause();
        });
        other.on('drain', () => state.mode !== 'silent' && socket.resume());
        if (state.mode === 'silent') socket.pause();
      }
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new CutProxy(server, sockets, state);
  }

  /** Every connection is reset, and so is every new one. */
  cut(): void {
    this.#state.mode = 'cut';
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Nothing gets through, and nobody is told. */
  silence(): void {
    this.#state.mode = 'silent';
    for (const socket of this.#sockets) socket.pause();
  }

  mend(): void {
    this.#state.mode = 'whole';
    for (const socket of this.#sockets) socket.resume();
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

type Mode = 'whole' | 'cut' | 'silent';
