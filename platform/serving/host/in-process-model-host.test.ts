import { putBundle } from '@visavox/core/bundle';
import { blobKey, type Content, type ObjectStore } from '@visavox/core/object-store';
import { InProcessModelHost } from './in-process-model-host.ts';
import { modelHostContract } from './model-host.contract.ts';

class MemoryObjectStore implements ObjectStore {
  readonly objects = new Map<string, Uint8Array>();
  async put(key: string, content: Content): Promise<void> {
    if (!(content instanceof Uint8Array)) throw new TypeError('bundles are put as bytes');
    this.objects.set(key, Uint8Array.from(content));
  }
  async get(key: string): Promise<Uint8Array> {
    const bytes = this.objects.get(key);
    if (!bytes) throw new TypeError(`there is no ${key}`);
    return bytes;
  }
  async *read(key: string): AsyncGenerator<Uint8Array, void> {
    yield await this.get(key);
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
