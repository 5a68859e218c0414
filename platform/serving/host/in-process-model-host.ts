import { type BundleFiles, getBundle } from '@visavox/core/bundle';
import type { Digest } from '@visavox/core/digest';
import type { ObjectStore } from '@visavox/core/object-store';
import type { FloatTensor, ModelHost, ServedBundle } from '@visavox/core/ports';
import type { Network } from '../onnx-network.ts';
import { requireOnnxRuntime } from '../onnx-runtime.ts';
import { networkMissing } from './faults.ts';

interface Entry {
  readonly networks: Promise<ReadonlyMap<string, Network>>;
  users: number;
  retired: boolean;
}

/** Networks as onnxruntime sessions of this process, for as long as somebody uses them. */
export class InProcessModelHost implements ModelHost {
  readonly #objects: ObjectStore;
  readonly #entries = new Map<Digest, Entry>();

  constructor(resources: { objects: ObjectStore }) {
    this.#objects = resources.objects;
  }

  async bringUp(bundle: Digest, networks: readonly string[]): Promise<ServedBundle> {
    const entry = this.#entries.get(bundle) ?? this.#open(bundle, networks);
    entry.retired = false;
    entry.users++;
    const leave = async () => {
      entry.users--;
      await this.#giveUp(bundle, entry);
    };
    try {
      const loaded = await entry.networks;
      const missing = networks.find((name) => !loaded.has(name));
      if (missing !== undefined) throw networkMissing(missing, [...loaded.keys()], bundle);
      return serve(loaded, bundle, leave);
    } catch (error) {
      entry.users--;
      throw error;
    }
  }

  #open(bundle: Digest, networks: readonly string[]): Entry {
    const loading = getBundle(this.#objects, bundle).then(({ files }) => load(files, networks));
    const entry: Entry = { networks: loading, users: 0, retired: false };
    this.#entries.set(bundle, entry);
    // What could not be loaded is tried anew by the next caller.
    loading.catch(() => this.#entries.delete(bundle));
    return entry;
  }

  async list(): Promise<readonly Digest[]> {
    return [...this.#entries].filter(([, entry]) => !entry.retired).map(([bundle]) => bundle);
  }

  async retire(bundle: Digest): Promise<void> {
    const entry = this.#entries.get(bundle);
    if (entry) entry.retired = true;
  }

  async #giveUp(bundle: Digest, entry: Entry): Promise<void> {
    if (entry.users > 0 || this.#entries.get(bundle) !== entry) return;
    this.#entries.delete(bundle);
    await release(await entry.networks);
  }
}

/** The networks of a bundle in memory, without a host: for a process that serves nobody else. */
export async function openInProcess(
  { files }: Pick<BundleFiles, 'files'>,
  networks: readonly string[],
): Promise<ServedBundle> {
  const loaded = await load(files, networks);
  return serve(loaded, 'in memory', () => release(loaded));
}

async function load(
  files: ReadonlyMap<string, Uint8Array>,
  names: readonly string[],
): Promise<ReadonlyMap<string, Network>> {
  requireOnnxRuntime();
  const onnx = await import('../onnx-network.ts');
  const loaded = new Map<string, Network>();
  try {
    for (const name of names) {
      if (!files.has(`${name}.onnx`)) throw networkMissing(name, [...files.keys()]);
      loaded.set(name, await onnx.Network.load(files, `${name}.onnx`));
    }
  } catch (error) {
    await release(loaded);
    throw error;
  }
  return loaded;
}

async function release(networks: ReadonlyMap<string, Network>): Promise<void> {
  await Promise.all([...networks.values()].map((network) => network.release()));
}

function serve(
  networks: ReadonlyMap<string, Network>,
  bundle: string,
  close: () => Promise<void>,
): ServedBundle {
  const running = new Set<Promise<void>>();
  let closing: Promise<void> | undefined;
  return {
    infer(name, { data, shape }: FloatTensor) {
      const network = networks.get(name);
      if (!network || closing) return Promise.reject(networkMissing(name, [...networks.keys()], bundle));
      const answer = network.map(data, shape);
      const settled: Promise<void> = answer
        .then(
          () => {},
          () => {},
        )
        .then(() => void running.delete(settled));
      running.add(settled);
      return answer;
    },
    close() {
      closing ??= Promise.all(running).then(close);
      return closing;
    },
  };
}
