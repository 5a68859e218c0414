import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { getManifest } from '@visavox/core/bundle';
import { canonicalJson, type Digest, shortDigest } from '@visavox/core/digest';
import type { ServingSettings } from '@visavox/core/environment-settings';
import { SystemError, UserError } from '@visavox/core/errors';
import type { BundleManifest } from '@visavox/core/model';
import { type ObjectStore, readBlob } from '@visavox/core/object-store';
import { SharedWork } from '@visavox/core/shared-work';
import { manifestFile, requireInside } from '../models/model-folder.ts';
import { serve } from '../serve.ts';
import { type BundleServers, placeOf } from './bundle-servers.ts';
import { type MlflowProcess, startMlflowModel } from './mlflow-process.ts';
import type { ModelPrograms } from './model-programs.ts';

const maxRequestBytes = 64 * 1024 * 1024;

interface Resources {
  readonly objects: ObjectStore;
  readonly folder: string;
  readonly log: (error: unknown) => void;
  /** For models that are no networks; without it they cannot be served. */
  readonly programs?: ModelPrograms | undefined;
  /** What settings come to on this machine; throws where a secret is not set. */
  readonly machineOf?: ((settings: ServingSettings) => OnThisMachine) | undefined;
}

/** How servers run here. */
export interface OnThisMachine {
  /** How many of them answer in turn. */
  readonly servers: number;
  /** That each computes with; whatever its libraries find right unless given. */
  readonly threads?: number | undefined;
  readonly variables: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
}

const asAnywhere: OnThisMachine = { servers: 1, variables: {}, secrets: {} };

interface Up {
  /** Asked in turn. */
  readonly urls: readonly string[];
  asked: number;
  stop(): Promise<void>;
}

interface Place {
  readonly key: Digest;
  readonly bundle: Digest;
  readonly machine: OnThisMachine;
}

/**
 * Model servers on the loopback of this machine, for each bundle and its settings: ONNX in threads of this process, what MLflow
 * saved in processes with the model's own packages.
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

  async bringUp(bundle: Digest, settings?: ServingSettings): Promise<string> {
    const key = placeOf(bundle, settings);
    const up = await this.#up.of(key, async () => {
      const machine = (settings && this.#resources.machineOf?.(settings)) ?? asAnywhere;
      return this.#start({ key, bundle, machine });
    });
    const url = up.urls[up.asked++ % up.urls.length];
    if (url === undefined) throw new SystemError('a bundle is up at no address');
    return url;
  }

  retire(bundle: Digest, settings?: ServingSettings): Promise<void> {
    return this.#retire(placeOf(bundle, settings));
  }

  /** Its thread says by itself when it ends. */
  forget(): void {}

  async close(): Promise<void> {
    await Promise.all(this.#up.keys().map((key) => this.#retire(key)));
    await rm(this.#resources.folder, { recursive: true, force: true });
  }

  async #retire(key: Digest): Promise<void> {
    await this.#up.forget(key)?.then(
      (one) => one.stop(),
      () => {},
    );
  }

  async #start(place: Place): Promise<Up> {
    const { bundle } = place;
    const manifest = await getManifest(this.#resources.objects, bundle);
    const way = wayToServe(manifest, this.#resources.programs !== undefined);
    if (way === undefined) throw notServable(manifest.name, bundle);
    const folder = await this.#written(bundle, manifest);
    try {
      const { urls, stop } =
        way.kind === 'onnx'
          ? await this.#startOnnx(place, folder)
          : await this.#startMlflow(place, { ...manifest, folder: join(folder, way.folder) });
      return { urls, asked: 0, stop: () => stop().finally(() => removed(folder)) };
    } catch (error) {
      await removed(folder);
      throw error;
    }
  }

  /** Each thread has a session of its own: many of one thread share a machine better than one of many. */
  async #startOnnx({ key, bundle, machine }: Place, folder: string): Promise<Omit<Up, 'asked'>> {
    const { servers, threads = 1 } = machine;
    const serving = await serve({
      ...{ folder, expected: bundle, host: '127.0.0.1', httpPort: 0, grpcPort: null },
      ...{ threads: servers * threads, maxRequestBytes, log: this.#resources.log },
      onLost: (error) => this.#lost(key, error),
    });
    return { urls: [`http://127.0.0.1:${serving.httpPort}`], stop: () => serving.stop() };
  }

  /** The first alone: the packages of the model are installed once. */
  async #startMlflow(
    { key, bundle, machine: { servers, threads, variables, secrets } }: Place,
    { name, folder }: { readonly name: string; readonly folder: string },
  ): Promise<Omit<Up, 'asked'>> {
    const { programs } = this.#resources;
    if (!programs) throw notServable(name, bundle);
    const processes: MlflowProcess[] = [];
    const stop = async () => void (await Promise.all(processes.map((one) => one.stop())));
    const start = async () => {
      const model = { folder, name, version: shortDigest(bundle), secrets };
      const given = { ...model, variables: { ...threadVariables(threads), ...variables } };
      const started = await startMlflowModel(given, programs, (error) => {
        this.#lost(key, error);
        void stop();
      });
      processes.push(started);
    };
    try {
      await start();
      const others = await Promise.allSettled(Array.from({ length: servers - 1 }, start));
      const failed = others.find((one) => one.status === 'rejected');
      if (failed) throw failed.reason;
    } catch (error) {
      await stop();
      throw error;
    }
    return { urls: processes.map(({ url }) => url), stop };
  }

  /** Whoever wants it next has it started anew. */
  #lost(key: Digest, error: Error): void {
    this.#resources.log(error);
    this.#up.forget(key);
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

/** What numerical libraries ask for how many threads to compute with. */
function threadVariables(threads: number | undefined): Record<string, string> {
  if (threads === undefined) return {};
  const names = ['OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS', 'NUMEXPR_NUM_THREADS'];
  return Object.fromEntries(names.map((name) => [name, String(threads)]));
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
