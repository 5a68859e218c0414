import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { getManifest } from '@visavox/core/bundle';
import { canonicalJson, type Digest } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import { type ObjectStore, readBlob } from '@visavox/core/object-store';
import { SharedWork } from '@visavox/core/shared-work';
import { manifestFile, requireInside } from '../models/model-folder.ts';
import { type Serving, serve } from '../serve.ts';
import type { BundleServers } from './bundle-servers.ts';

const maxRequestBytes = 64 * 1024 * 1024;

/** Model servers of this process, on its loopback: one a bundle, with a thread of its own. */
export class LocalBundleServers implements BundleServers {
  readonly #objects: ObjectStore;
  readonly #folder: string;
  readonly #log: (error: unknown) => void;
  readonly #up = new SharedWork<Digest, Serving>();

  private constructor(resources: { objects: ObjectStore; folder: string; log: (error: unknown) => void }) {
    this.#objects = resources.objects;
    this.#folder = resources.folder;
    this.#log = resources.log;
  }

  /** `folder`: for the files that are served, each process in one of its own; what killed ones left there is removed. */
  static async open(resources: {
    objects: ObjectStore;
    folder: string;
    log: (error: unknown) => void;
  }): Promise<LocalBundleServers> {
    const { folder } = resources;
    const left = (await readdir(folder).catch(() => [])).filter((name) => !isAlive(Number(name)));
    for (const name of left) await removed(join(folder, name));
    return new LocalBundleServers({ ...resources, folder: join(folder, String(process.pid)) });
  }

  async bringUp(bundle: Digest): Promise<string> {
    const { httpPort } = await this.#up.of(bundle, () => this.#start(bundle));
    return `http://127.0.0.1:${httpPort}`;
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
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #start(bundle: Digest): Promise<Serving> {
    const folder = await this.#written(bundle);
    try {
      const serving = await serve({
        ...{ folder, expected: bundle, host: '127.0.0.1', httpPort: 0, grpcPort: null },
        ...{ threads: 1, maxRequestBytes, log: this.#log },
        onLost: (error) => {
          this.#log(error);
          this.#up.forget(bundle);
        },
      });
      return { ...serving, stop: (linger) => serving.stop(linger).finally(() => removed(folder)) };
    } catch (error) {
      await removed(folder);
      throw error;
    }
  }

  /** The bundle as the folder that a model server reads. */
  async #written(bundle: Digest): Promise<string> {
    const manifest = await getManifest(this.#objects, bundle);
    requireInside(manifest);
    if (!manifest.files.some(({ path }) => path.endsWith('.onnx'))) throw notServable(manifest.name, bundle);
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const folder = await mkdtemp(join(this.#folder, 'bundle-'));
    for (const { path, digest } of manifest.files) {
      const file = join(folder, path);
      await mkdir(dirname(file), { recursive: true });
      await pipeline(Readable.from(readBlob(this.#objects, digest, path)), createWriteStream(file));
    }
    await writeFile(join(folder, manifestFile), canonicalJson(manifest));
    return folder;
  }
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
    message: `the bundle ${bundle} of ${name} has no .onnx file, and so nothing that a model server could run`,
    action:
      'Let the training export ONNX into its model output (Keras: model.export(path, format="onnx")), or give the model a target of its own.',
  });
}
