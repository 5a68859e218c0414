import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Digest } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import type { Batching } from './models/batching.ts';
import { BufferPool } from './models/buffer-pool.ts';
import { type ModelFolder, readBundle, readPlainFolder, verifyBundle } from './models/model-folder.ts';
import { ModelService } from './models/model-service.ts';
import { SessionPool } from './models/session-pool.ts';
import type { GrpcResources } from './server/grpc-server.ts';
import { ServingMetrics } from './server/metrics.ts';
import { createRestServer } from './server/rest-server.ts';

export interface ServeOptions {
  readonly folder: string;
  /** A folder of .onnx files without a manifest; nothing is checked. */
  readonly plain?: boolean;
  readonly expected?: Digest | undefined;
  /** The models of the bundle to load and serve; undefined: all. */
  readonly only?: readonly string[] | undefined;
  readonly host: string;
  /** 0 chooses a free one. */
  readonly httpPort: number;
  /** 0 chooses a free one; null serves REST alone. */
  readonly grpcPort: number | null;
  readonly threads?: number | undefined;
  readonly queue?: number | undefined;
  readonly batching?: Batching | undefined;
  readonly maxRequestBytes: number;
  readonly log: (error: unknown) => void;
  /** A thread ended unasked: the process cannot serve any more. */
  readonly onLost: (error: Error) => void;
}

export interface Serving {
  readonly httpPort: number;
  readonly grpcPort: number | null;
  readonly bundle: Digest | null;
  readonly models: readonly string[];
  /** Not ready any more from now on; after `lingerMilliseconds` no new connection, then what is in flight is finished. */
  stop(lingerMilliseconds?: number): Promise<void>;
}

/** Of buffers kept for later requests. */
const heldBytes = 32 * 1024 * 1024;

/** Brings a model server up; answers when its models answer. A bundle that is refused leaves nothing behind. */
export async function serve(options: ServeOptions): Promise<Serving> {
  const service = new ModelService();
  const metrics = new ServingMetrics(service);
  const { maxRequestBytes, log } = options;
  const buffers = new BufferPool(heldBytes);
  const resources = { service, metrics, maxRequestBytes, buffers, log };
  const rest = createRestServer(resources);
  await listen(rest, options);
  // Loading happens in other threads; this one has the time to get gRPC's modules meanwhile.
  const [loading, binding] = await Promise.allSettled([
    load(options, buffers),
    startGrpc(resources, options),
  ]);
  const grpc = binding.status === 'fulfilled' ? binding.value : undefined;
  const close = async () => {
    await Promise.all([closeRest(rest), grpc?.close()]);
    if (loading.status === 'fulfilled') await loading.value.pool.close();
  };
  const fault = [loading, binding].find((part) => part.status === 'rejected');
  if (fault || loading.status === 'rejected') {
    rest.closeAllConnections();
    await close();
    throw fault?.reason;
  }
  const loaded = loading.value;
  service.open(loaded.folder, loaded.pool);
  return {
    httpPort: (rest.address() as AddressInfo).port,
    grpcPort: grpc?.port ?? null,
    bundle: loaded.folder.bundle,
    models: service.models.map(({ name }) => name),
    async stop(lingerMilliseconds = 0) {
      service.drain();
      await new Promise((done) => setTimeout(done, lingerMilliseconds));
      await close();
    },
  };
}

async function listen(rest: Server, { httpPort, host }: ServeOptions): Promise<void> {
  await new Promise<void>((done, fail) => {
    rest.once('error', (error: NodeJS.ErrnoException) => fail(portTaken(httpPort, error)));
    rest.listen(httpPort, host, done);
  });
}

function closeRest(rest: Server): Promise<void> {
  const closed = new Promise<void>((done) => rest.close(() => done()));
  rest.closeIdleConnections();
  return closed;
}

async function startGrpc(resources: GrpcResources, { host, grpcPort }: ServeOptions) {
  if (grpcPort === null) return undefined;
  const { createGrpcServer, listenGrpc } = await import('./server/grpc-server.ts');
  const server = createGrpcServer(resources);
  const port = await listenGrpc(server, host, grpcPort).catch((error) => {
    throw portTaken(grpcPort, error);
  });
  return { port, close: () => new Promise<void>((done) => server.tryShutdown(() => done())) };
}

function portTaken(port: number, error: Error): UserError {
  return new UserError({
    kind: 'conflict',
    code: 'port_unavailable',
    message: `cannot listen on port ${port}: ${error.message}`,
    action: 'Choose another one with --http-port or --grpc-port.',
    cause: error,
  });
}

/** The threads load the models while the files are digested; nothing is answered before both are done. */
async function load(
  options: ServeOptions,
  buffers: BufferPool,
): Promise<{ folder: ModelFolder; pool: SessionPool }> {
  const start = (folder: ModelFolder) =>
    SessionPool.start({
      models: folder.models,
      onLost: options.onLost,
      buffers,
      ...(options.batching !== undefined && { batching: options.batching }),
      ...(options.threads !== undefined && { threads: options.threads }),
      ...(options.queue !== undefined && { queue: options.queue }),
    });
  if (options.plain) {
    const folder = await readPlainFolder(options.folder);
    return { folder, pool: await start(folder) };
  }
  const { manifest, folder } = await readBundle(options.folder, options);
  const [verified, started] = await Promise.allSettled([
    verifyBundle(options.folder, manifest),
    start(folder),
  ]);
  if (verified.status === 'rejected') {
    if (started.status === 'fulfilled') await started.value.close();
    throw verified.reason;
  }
  if (started.status === 'rejected') throw started.reason;
  return { folder, pool: started.value };
}
