import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { FolderObjectStore } from './folder-object-store.ts';
import { objectStoreContract } from './object-store.contract.ts';

const newFolder = () => mkdtemp(join(tmpdir(), 'visavox-objects-'));

objectStoreContract(async () => FolderObjectStore.open(await newFolder()));

it('keeps objects whole when their writer is killed', async () => {
  const folder = await newFolder();
  const writer = fileURLToPath(new URL('./killed-writer.fixture.ts', import.meta.url));
  for (const afterMs of [3, 20, 45]) {
    const child = spawn(process.execPath, ['--import', 'tsx', writer, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    await pause(afterMs);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const store = await FolderObjectStore.open(folder);
    for (const key of ['folder/0', 'folder/1', 'folder/2']) {
      const value = await store.get(key);
      expect(value.length).toBe(200_000);
      expect(value.every((byte) => byte === value[0])).toBe(true);
    }
  }
});

it('removes what a writer left half-written, once it is old enough to be nobody’s', async () => {
  const folder = await newFolder();
  await FolderObjectStore.open(folder);
  const temporary = join(folder, '.temporary');
  await writeFile(join(temporary, 'of-yesterday'), 'half');
  await writeFile(join(temporary, 'of-now'), 'half');
  const yesterday = new Date(Date.now() - 86_400_000);
  await utimes(join(temporary, 'of-yesterday'), yesterday, yesterday);

  const store = await FolderObjectStore.open(folder);
  expect(await readdir(temporary)).toEqual(['of-now']);
  for await (const key of store.list('')) expect.unreachable(`listed ${key}`);
});

it('says so when a key is the folder of another key', async () => {
  const store = await FolderObjectStore.open(await newFolder());
  await store.put('a/b', new Uint8Array(1));
  await expect(store.put('a', new Uint8Array(1))).rejects.toMatchObject({ code: 'object_key_conflict' });
  await expect(store.put('a/b/c', new Uint8Array(1))).rejects.toMatchObject({ code: 'object_key_conflict' });
});
