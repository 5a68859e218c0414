import { type ServeOptions, type Serving, serve } from '../serve.ts';
import { type TestBundle, testBundle } from './bundle-folder.ts';

export interface TestServing {
  readonly bundle: TestBundle;
  readonly serving: Serving;
  readonly url: string;
  /** What the server logged as its own fault. */
  readonly faults: readonly unknown[];
  stop(): Promise<void>;
}

/** A server of the test bundle on free ports of this machine. */
export async function startTestServing(options: Partial<ServeOptions> = {}): Promise<TestServing> {
  const bundle = await testBundle();
  const faults: unknown[] = [];
  const serving = await serve({
    folder: bundle.folder,
    host: '127.0.0.1',
    httpPort: 0,
    grpcPort: null,
    threads: 1,
    maxRequestBytes: 8 * 1024 * 1024,
    log: (error) => faults.push(error),
    onLost: (error) => faults.push(error),
    ...options,
  }).catch(async (error) => {
    await bundle.remove();
    throw error;
  });
  return {
    bundle,
    serving,
    url: `http://127.0.0.1:${serving.httpPort}`,
    faults,
    async stop() {
      await serving.stop();
      await bundle.remove();
    },
  };
}
