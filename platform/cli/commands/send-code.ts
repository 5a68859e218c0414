import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { type CodeReference, codeManifest } from '@visavox/core/code';
import { Digest } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import { describeLeftOut } from '@visavox/pipelines/code/project-code';
import { type Snapshot, takeSnapshot } from '@visavox/pipelines/code/snapshot';
import { limitsFrom } from '@visavox/pipelines/code/snapshot-limits';
import { noCode } from '@visavox/pipelines/code/stored-code';
import { z } from 'zod';
import { configFiles } from '../config.ts';
import type { CommandContext } from '../plugin.ts';
import { progressOf } from '../progress.ts';

const Stored = z.object({ digest: Digest, missing: z.array(Digest) });
const atOnce = 4;

export type CodeOptions = Pick<CommandContext, 'request' | 'log'>;

/**
 * Takes the folder of a pipeline's project as it is, and sends what the server does not have of it. What was sent stays
 * there, so that whoever is interrupted goes on where it stopped. `code`: another folder, or false for none at all.
 */
export async function sendCode(
  pipeline: string,
  { code, request, log }: CodeOptions & { readonly code: string | boolean | undefined },
): Promise<CodeReference> {
  if (code === false) {
    await save(request, { manifest: codeManifest([], []) });
    return noCode;
  }
  const folder = typeof code === 'string' ? resolve(code) : projectOf(pipeline);
  const snapshot = await takeSnapshot(folder, {
    limits: limitsFrom(process.env),
    cacheFile: cacheFileOf(folder),
  });
  for (const line of describeLeftOut(snapshot.leftOut)) log(line);
  await send(snapshot, request);
  return { digest: snapshot.digest, origin: snapshot.origin };
}

/**
 * The folder of a pipeline's project: the nearest around its file with a `visavox.config.ts` or `.yaml`, else the repository's,
 * else the nearest with a `pyproject.toml` or `package.json`, else the file's own.
 */
export function projectOf(pipeline: string): string {
  const start = dirname(resolve(pipeline));
  for (const marks of [configFiles, ['.git'], ['pyproject.toml', 'package.json']])
    for (let folder = start; ; folder = dirname(folder)) {
      if (folder !== homedir() && marks.some((mark) => existsSync(join(folder, mark)))) return folder;
      if (dirname(folder) === folder) break;
    }
  return start;
}

async function send(snapshot: Snapshot, request: CommandContext['request']): Promise<void> {
  const { missing } = await save(request, snapshot);
  if (missing.length === 0) return;
  const progress = progressOf('sent', missing.length);
  const left = [...missing];
  let sent = 0;
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let digest = left.pop(); digest; digest = left.pop()) {
        await request('PUT', `/api/v1/blobs/${digest}`, await snapshot.read(digest));
        progress(++sent);
      }
    }),
  );
  const after = await save(request, snapshot);
  if (after.missing.length > 0)
    throw new UserError({
      kind: 'unavailable',
      code: 'code_incomplete',
      message: `${after.missing.length} files of the code are not on the server, although they were sent.`,
      action: 'Run it again: what has arrived is kept.',
    });
}

async function save(
  request: CommandContext['request'],
  { manifest }: Pick<Snapshot, 'manifest'>,
): Promise<z.infer<typeof Stored>> {
  return Stored.parse(await request('POST', '/api/v1/code', manifest));
}

/** Outside of the folder, which is not ours to write to. */
function cacheFileOf(folder: string): string {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 32);
  return join(cache, 'visavox', 'code', `${name}.json`);
}
