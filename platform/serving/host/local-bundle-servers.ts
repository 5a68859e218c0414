import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { getManifest } from '@visavox/core/bundle';
import { canonicalJson, type Digest, shortDigest } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import type { BundleManifest } from '@visavox/core/model';
import { type ObjectStore, readBlob } from '@visavox/core/object-store';
import { SharedWork } from '@visavox/core/shared-work';
import { manifestFile, requireInside } from '../models/model-folder.ts';
import { serve } from '../serve.ts';
import type { BundleServers } from './bundle-servers.ts';
import { startMlflowModel } from './mlflow-process.ts';
import type { ModelPrograms } from './model-programs.ts';

const maxRequestBytes = 64 * 1024 * 1024;

interface Resources {
  readonly objects: ObjectStore;
  readonly folder: string;
  readonly log: (error: unknown) => void;
  /** For models that are no networks; without it they cannot be served. */
  readonly programs?: ModelPrograms | undefined;
}

interface Up {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Model servers on the loopback of this machine, one a bundle: ONNX in a thread of this process, what MLflow saved in a process
 * with the model's own packages.
 */
export class LocalBundleServers implements BundleServers {
  readonly #resources: Resources;
  readonly #up = new SharedWork<Digest, Up>();

  private constructor(resources: Resources) {
    this.#resources = resources;
  }

  /** `folder`: for the files that are served, each process in one of its own; what killed ones left there is removed. */
  static async open(resources: Resources): Promise<LocalBundleServers> {
    const { folder } = resources;
    const left = (await readdir(folder).catch(() => [])).filter((name) => !isAlive(Number(name)));
    for (const name of left) await removed(join(folder, name));
    return new LocalBundleServers({ ...resources, folder: join(folder, String(process.pid)) });
  }

  async bringUp(bundle: Digest): Promise<string> {
    return (await this.#up.of(bundle, () => this.#start(bundle))).url;
  }

  async retire(bundle: Digest): Promise<void> {
    await this.#up.forget(bundle)?.then(
      (one) => one.stop(),
      () => {},
    );
  }

  /** Its thread says by itself when it ends. */
  forget(): void {}

  async close(): Promise<void> {
    await Promise.all(this.#up.keys().map((bundle) => this.retire(bundle)));
    await rm(this.#resources.folder, { recursive: true, force: true });
  }

  async #start(bundle: Digest): Promise<Up> {
    const manifest = await getManifest(this.#resources.objects, bundle);
    const way = wayToServe(manifest, this.#resources.programs !== undefined);
    if (way === undefined) throw notServable(manifest.name, bundle);
    const folder = await this.#written(bundle, manifest);
    try {
      const up =
        way.kind === 'onnx'
          ? await this.#startOnnx(bundle, folder)
          : await this.#startMlflow(bundle, { ...manifest, folder: join(folder, way.folder) });
      return { url: up.url, stop: () => up.stop().finally(() => removed(folder)) };
    } catch (error) {
      await removed(folder);
      throw error;
    }
  }

  async #startOnnx(bundle: Digest, folder: string): Promise<Up> {
    const serving = await serve({
      ...{ folder, expected: bundle, host: '127.0.0.1', httpPort: 0, grpcPort: null },
      ...{ threads: 1, maxRequestBytes, log: this.#resources.log },
      onLost: (error) => this.#lost(bundle, error),
    });
    return { url: `http://127.0.0.1:${serving.httpPort}`, stop: () => serving.stop() };
  }

  #startMlflow(
    bundle: Digest,
    { name, folder }: { readonly name: string; readonly folder: string },
  ): Promise<Up> {
    const { programs } = this.#resources;
    if (!programs) throw notServable(name, bundle);
    return startMlflowModel({ folder, name, version: shortDigest(bundle) }, programs, (error) =>
      this.#lost(bundle, error),
    );
  }

  /** Whoever wants it next has it started anew. */
  #lost(bundle: Digest, error: Error): void {
    this.#resources.log(error);
    this.#up.forget(bundle);
  }

  /** The bundle as the folder that a model server reads. */
  async #written(bundle: Digest, manifest: BundleManifest): Promise<string> {
    const { objects, folder: all } = this.#resources;
    requireInside(manifest);
    await mkdir(all, { recursive: true, mode: 0o700 });
    const folder = await mkdtemp(join(all, `${shortDigest(bundle)}-`));
    for (const { path, digest } of manifest.files) {
      const file = join(folder, path);
      await mkdir(dirname(file), { recursive: true });
      await pipeline(Readable.from(readBlob(objects, digest, path)), createWriteStream(file));
    }
    await writeFile(join(folder, manifestFile), canonicalJson(manifest));
    return folder;
  }
}

type Way = { readonly kind: 'onnx' } | { readonly kind: 'mlflow'; readonly folder: string };

/** ONNX by our own server, whoever saved it; everything else that MLflow saved by MLflow's. */
export function wayToServe({ files }: Pick<BundleManifest, 'files'>, hasPrograms = true): Way | undefined {
  if (files.some(({ path }) => path.endsWith('.onnx'))) return { kind: 'onnx' };
  const [mlmodel, another] = files.filter(({ path }) => basename(path) === 'MLmodel');
  if (!hasPrograms || !mlmodel || another) return undefined;
  return { kind: 'mlflow', folder: dirname(mlmodel.path) };
}

/** Another process of this machine; one of this id that is not ours is taken for alive. */
function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function removed(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true });
}

function notServable(name: string, bundle: Digest): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'model_not_servable',
    message: `the bundle ${bundle} of ${name} has neither an .onnx file nor an MLmodel of MLflow, and so nothing that a model server could run`,
    action:
      'Let the training export ONNX into its model output (Keras: model.export(path, format="onnx")) or save it with MLflow (mlflow.keras.save_model), or give the model a target of its own.',
  });
}
