import type { Content, ObjectStore } from './object-store.ts';

/** Objects that tests can look into and change behind the store's back. */
export class InMemoryObjects implements ObjectStore {
  readonly contents = new Map<string, Uint8Array>();
  beforePut: () => Promise<void> = async () => {};

  async put(key: string, content: Content): Promise<void> {
    await this.beforePut();
    this.contents.set(key, await wholeOf(content));
  }

  async get(key: string): Promise<Uint8Array> {
    return this.contents.get(key) ?? new Uint8Array();
  }

  async *read(key: string): AsyncGenerator<Uint8Array, void> {
    for (const byte of this.contents.get(key) ?? []) yield Uint8Array.of(byte);
  }

  async has(key: string): Promise<boolean> {
    return this.contents.has(key);
  }

  async delete(key: string): Promise<void> {
    this.contents.delete(key);
  }

  async *list(prefix: string): AsyncGenerator<string, void> {
    for (const key of [...this.contents.keys()]) if (key.startsWith(prefix)) yield key;
  }
}

export async function wholeOf(content: Content): Promise<Uint8Array> {
  if (content instanceof Uint8Array) return content;
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks);
}
