import { putBundle } from '@visavox/core/bundle';
import { blobKey, type ObjectStore } from '@visavox/core/object-store';
import { InProcessModelHost } from './in-process-model-host.ts';
import { modelHostContract } from './model-host.contract.ts';

class MemoryObjectStore implements ObjectStore {
  readonly objects = new Map<string, Uint8Array>();
  async put(key: string, bytes: Uint8Array): Promise<void> {
    this.objects.set(key, Uint8Array.from(bytes));
  }
  async get(key: string): Promise<Uint8Array> {
    const bytes = this.objects.get(key);
    if (!bytes) throw new TypeError(`there is no ${key}`);
    return bytes;
  }
  async has(key: string): Promise<boolean> {
    return this.objects.has(key);
  }
  async delete(key: string): Promise<void> {
    this.objects.delete(key);
  }
  async *list(prefix: string): AsyncIterable<string> {
    yield* [...this.objects.keys()].filter((key) => key.startsWith(prefix));
  }
}

modelHostContract('this process', async () => {
  const objects = new MemoryObjectStore();
  return {
    host: new InProcessModelHost({ objects }),
    store: (bundle) => putBundle(objects, bundle),
    damage: async ({ manifest }) => {
      const file = manifest.files.find(({ path }) => path === 'version.txt');
      if (file) objects.objects.set(blobKey(file.digest), Buffer.from('another'));
    },
    close: async () => {},
  };
});
