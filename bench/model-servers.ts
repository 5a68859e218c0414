import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { UserError } from '@visavox/core/errors';
import { buildServer, serverFile } from '@visavox/serving/build';
import { makePeerEnvironment, type PeerEnvironment } from '../scripts/peer-environment.mjs';

export const modelName = 'face-backbone';

export interface ModelServer {
  readonly name: string;
  readonly process: ChildProcess;
  readonly httpPort: number;
  readonly grpcPort: number;
  /** From the start of the process until the model says that it is ready. */
  readonly coldStartMilliseconds: number;
  stop(): Promise<void>;
}

interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

type Prepare = (places: {
  folder: string;
  network: string;
}) => Promise<(http: number, grpc: number) => Launch>;

/**
 * The image sets the same. glibc raises these thresholds by itself and then keeps what loading a network took;
 * a small young generation lets go of request buffers earlier.
 */
export const memorySettings = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '131072',
  MALLOC_TRIM_THRESHOLD_: '131072',
  NODE_OPTIONS: '--max-semi-space-size=1',
} as const;

export const servers: Readonly<Record<'visavox' | 'kserve' | 'mlserver', Prepare>> = {
  visavox: async ({ folder, network }) => {
    await buildServer();
    const models = join(folder, 'models');
    await mkdir(models);
    await copyFile(network, join(models, `${modelName}.onnx`));
    return (http, grpc) => ({
      command: process.execPath,
      args: [
        ...[serverFile, models, '--plain', '--host', '127.0.0.1', '--linger-seconds', '0'],
        ...['--http-port', String(http), '--grpc-port', String(grpc)],
      ],
      environment: memorySettings,
    });
  },
  kserve: async ({ network }) => {
    const python = peer('kserve');
    const script = join(import.meta.dirname, 'peers', 'kserve_server.py');
    return (http, grpc) => ({ command: python, args: [script, network, String(http), String(grpc)] });
  },
  mlserver: async ({ folder, network }) => {
    const python = peer('mlserver');
    const home = join(folder, 'mlserver');
    await mkdir(home);
    await copyFile(
      join(import.meta.dirname, 'peers', 'mlserver_runtime.py'),
      join(home, 'mlserver_runtime.py'),
    );
    await writeFile(
      join(home, 'model-settings.json'),
      JSON.stringify({
        name: modelName,
        implementation: 'mlserver_runtime.Network',
        parameters: { uri: network },
      }),
    );
    return (http, grpc) => ({
      command: join(python, '..', 'mlserver'),
      args: ['start', '.'],
      cwd: home,
      environment: {
        MLSERVER_HTTP_PORT: String(http),
        MLSERVER_GRPC_PORT: String(grpc),
        MLSERVER_METRICS_PORT: '0',
        MLSERVER_HOST: '127.0.0.1',
        MLSERVER_DEBUG: 'false',
        // In its own process: one model needs no pool, and the way through one costs more than it brings.
        MLSERVER_PARALLEL_WORKERS: '0',
      },
    });
  },
};

export async function startModelServer(
  name: keyof typeof servers,
  places: { folder: string; network: string },
): Promise<ModelServer> {
  const launch = await servers[name](places);
  const [httpPort, grpcPort] = [await freePort(), await freePort()];
  const { command, args, cwd, environment } = launch(httpPort, grpcPort);
  const log = openSync(join(places.folder, `${name}.log`), 'a');
  const started = performance.now();
  const child = spawn(command, args, {
    ...(cwd && { cwd }),
    env: { ...process.env, ...environment },
    stdio: ['ignore', log, log],
  });
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
    await ended;
    clearTimeout(timer);
  };
  const ready = `http://127.0.0.1:${httpPort}/v2/models/${modelName}/ready`;
  while (!(await answers(ready))) {
    if (child.exitCode !== null || performance.now() - started > 90_000) {
      await stop();
      throw new UserError({
        kind: 'unavailable',
        code: 'peer_not_started',
        message: `${name} did not get ready; its log is ${join(places.folder, `${name}.log`)}`,
        action: 'Read the log.',
      });
    }
    await new Promise((done) => setTimeout(done, 5));
  }
  const coldStartMilliseconds = performance.now() - started;
  return { name, process: child, httpPort, grpcPort, coldStartMilliseconds, stop };
}

function peer(name: PeerEnvironment): string {
  const python = makePeerEnvironment(name);
  if (python) return python;
  throw new UserError({
    kind: 'unavailable',
    code: 'peer_missing',
    message: `the Python environment of ${name} could not be made`,
    action: 'Check the network or the Python package index of this machine.',
  });
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url);
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === 'object' && address ? address.port : 0;
}
