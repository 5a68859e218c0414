import type { AddressInfo } from 'node:net';
import type { Digest } from '@visavox/core/digest';
import { type ModelFolder, readBundle, readPlainFolder, verifyBundle } from './models/model-folder.ts';
import { ModelService } from './models/model-service.ts';
import { SessionPool } from './models/session-pool.ts';
import { ServingMetrics } from './server/metrics.ts';
import { createRestServer } from './server/rest-server.ts';

export interface ServeOptions {
  readonly folder: string;
  /** A folder of .onnx files without a manifest; nothing is checked. */
  readonly plain?: boolean;
  readonly expected?: Digest | undefined;
  readonly host: string;
  /** 0 chooses a free one. */
  readonly httpPort: number;
  readonly threads?: number | undefined;
  readonly queue?: number | undefined;
  readonly maxRequestBytes: number;
  readonly log: (error: unknown) => void;
  /** A thread ended unasked: the process cannot serve any more. */
  readonly onLost: (error: Error) => void;
}

export interface Serving {
  readonly httpPort: number;
  readonly bundle: Digest | null;
  readonly models: readonly string[];
  /** Not ready any more from now on; after `lingerMilliseconds` no new connection, then what is in flight is finished. */
  stop(lingerMilliseconds?: number): Promise<void>;
}

/** Brings a model server up; answers when its models answer. A bundle that is refused leaves nothing behind. */
export async function serve(options: ServeOptions): Promise<Serving> {
  const service = new ModelService();
  const metrics = new ServingMetrics(service);
  const { maxRequestBytes, log } = options;
  const rest = createRestServer({ service, metrics, maxRequestBytes, log });
  await new Promise<void>((done, fail) => {
    rest.once('error', fail);
    rest.listen(options.httpPort, options.host, done);
  });
  const closeRest = () => new Promise<void>((done) => rest.close(() => done()));
  try {
    const { folder, pool } = await load(options);
    service.open(folder, pool);
    return {
      httpPort: (rest.address() as AddressInfo).port,
      bundle: folder.bundle,
      models: service.models.map(({ name }) => name),
      async stop(lingerMilliseconds = 0) {
        service.drain();
        await new Promise((done) => setTimeout(done, lingerMilliseconds));
        const closed = closeRest();
        rest.closeIdleConnections();
        await closed;
        await pool.close();
      },
    };
  } catch (error) {
    rest.closeAllConnections();
    await closeRest();
    throw error;
  }
}

/** The threads load the models while the files are digested; nothing is answered before both are done. */
async function load(options: ServeOptions): Promise<{ folder: ModelFolder; pool: SessionPool }> {
  const start = (folder: ModelFolder) =>
    SessionPool.start({
      models: folder.models,
      onLost: options.onLost,
      ...(options.threads !== undefined && { threads: options.threads }),
      ...(options.queue !== undefined && { queue: options.queue }),
    });
  if (options.plain) {
    const folder = await readPlainFolder(options.folder);
    return { folder, pool: await start(folder) };
  }
  const { manifest, folder } = await readBundle(options.folder, options.expected);
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
