import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '@visavox/core/errors';
import { lockFolder } from '../local/lock.ts';

/** Folders by a key, each made once, whole or not at all, by whoever comes first in whatever process, and never changed. */
export class MadeFolders {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The folder of this key, which has the file `holds` when it is whole. `build` makes it, under another name, where it is not there. */
  async provide(key: string, holds: string, build: (unfinished: string) => Promise<void>): Promise<string> {
    const folder = join(this.#folder, key);
    const isThere = () =>
      stat(join(folder, holds)).then(
        () => true,
        () => false,
      );
    if (await isThere()) return folder;
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const unlock = await this.#alone(key);
    try {
      // Another builder may have finished it in the meantime; one that was killed has left its own unfinished.
      if (await isThere()) return folder;
      for (const name of await readdir(this.#folder))
        if (name.startsWith(`${key}.`)) await rm(join(this.#folder, name), { recursive: true, force: true });
      await rm(folder, { recursive: true, force: true });
      const unfinished = `${folder}.${process.pid}.${Date.now().toString(36)}`;
      try {
        await build(unfinished);
        await rename(unfinished, folder);
      } finally {
        await rm(unfinished, { recursive: true, force: true });
      }
      return folder;
    } finally {
      await unlock();
    }
  }

  /** One builder at a time: the others wait and find it finished. */
  async #alone(key: string): Promise<() => Promise<void>> {
    const folder = join(this.#folder, 'building', key);
    for (;;) {
      try {
        return await lockFolder(folder);
      } catch (error) {
        if (!(error instanceof UserError && error.code === 'engine_running')) throw error;
        await sleep(200);
      }
    }
  }
}
