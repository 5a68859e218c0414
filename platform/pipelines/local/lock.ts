import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '@visavox/core/errors';
import { processStart } from './process.ts';

/** One engine a folder: two would run every task twice. Answers what gives the folder free. */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'engine.lock');
  const own = `${process.pid} ${await processStart(process.pid)}\n`;
  for (;;) {
    try {
      await appear(file, own);
      return async () => {
        if ((await readFile(file, 'utf8').catch(() => '')) === own) await rm(file, { force: true });
      };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const held = await readFile(file, 'utf8').catch(() => '');
    const pid = Number.parseInt(held, 10);
    if (pid > 0 && held.trim() === `${pid} ${await processStart(pid)}`)
      throw new UserError({
        kind: 'conflict',
        code: 'engine_running',
        message: `Process ${pid} runs pipelines in ${folder} already.`,
        action: 'Use that one, stop it first, or give this one another folder.',
      });
    // Left by a process that is gone. If another engine was quicker, what is moved away here is its lock: put it back.
    const stale = `${file}.${process.pid}`;
    const moved = await rename(file, stale).then(
      () => readFile(stale, 'utf8'),
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return held;
        throw error;
      },
    );
    if (moved === held) await rm(stale, { force: true });
    else await rename(stale, file);
  }
}

/** Makes the file with its content in one step: nobody may read a lock that names no process yet. Throws EEXIST. */
async function appear(file: string, content: string): Promise<void> {
  const fresh = `${file}.${randomUUID()}`;
  try {
    await writeFile(fresh, content, { flag: 'wx', mode: 0o600 });
    await link(fresh, file);
  } finally {
    await rm(fresh, { force: true });
  }
}
