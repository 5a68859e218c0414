import { join } from 'node:path';
import type { Digest } from '@visavox/core/digest';
import { shortDigest } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import type { BundleManifest } from '@visavox/core/model';
import { wayToServe } from '@visavox/serving/host/local-bundle-servers';
import { startMlflowModel } from '@visavox/serving/host/mlflow-process';
import { programsOf } from './bundle-servers.ts';
import type { PlatformSettings } from './settings.ts';

export interface VersionToServe {
  readonly settings: Pick<PlatformSettings, 'home' | 'secrets' | 'setup' | 'objects'>;
  readonly bundle: Digest;
  readonly manifest: BundleManifest;
  /** With the files of the bundle and its manifest. */
  readonly folder: string;
  /** 0 chooses a free one. */
  readonly port: number;
  readonly log: (text: string) => void;
  /** It ended unasked. */
  readonly onLost: (error: Error) => void;
}

const maxRequestBytes = 64 * 1024 * 1024;

/** One version on the loopback of this machine: over the Open Inference Protocol and MLflow's `/invocations`. */
export async function serveVersion({ manifest, bundle, folder, port, ...version }: VersionToServe) {
  const { settings, log, onLost } = version;
  const way = wayToServe(manifest);
  switch (way?.kind) {
    case undefined:
      throw new UserError({
        kind: 'invalid',
        code: 'model_not_servable',
        message: `${manifest.name} has neither an .onnx file nor an MLmodel of MLflow`,
        action: 'Export it to ONNX, or save it with MLflow (mlflow.keras.save_model), and register that.',
      });
    case 'onnx': {
      const { serve } = await import('@visavox/serving/serve');
      const serving = await serve({
        ...{ folder, expected: bundle, host: '127.0.0.1', httpPort: port, grpcPort: null },
        ...{ maxRequestBytes, onLost, log: (error) => log(String(error)) },
      });
      return {
        url: `http://127.0.0.1:${serving.httpPort}`,
        models: serving.models,
        stop: () => serving.stop(),
      };
    }
    case 'mlflow': {
      const { name } = manifest;
      const model = { folder: join(folder, way.folder), name, version: shortDigest(bundle), port };
      const { url, stop } = await startMlflowModel(model, programsOf(settings, log), onLost);
      return { url, models: [name], stop };
    }
  }
}
