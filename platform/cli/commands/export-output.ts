import { join } from 'node:path';
import { messageOf, UserError } from '@visavox/core/errors';
import { requireDigest } from '@visavox/core/object-store';
import { taskOutput } from '@visavox/core/run';
import { pathInFolder, writeWholeFile } from '@visavox/pipelines/files';
import type { CommandContext } from '../plugin.ts';

/** Writes what a task made as the file or the folder that it is. Returns the paths of the files. */
export async function exportOutput(
  { run, output }: { readonly run: string; readonly output: string },
  to: string,
  { request, stream }: Pick<CommandContext, 'request' | 'stream'>,
): Promise<readonly string[]> {
  const cut = output.lastIndexOf('/');
  if (!taskOutput.pattern.test(output))
    throw new UserError({
      kind: 'invalid',
      code: 'misuse',
      message: `"${output}" names no output of a task`,
      action: 'Name it as TASK/OUTPUT; "visavox runs show" lists them.',
    });
  const [task, name] = [output.slice(0, cut), output.slice(cut + 1)].map(encodeURIComponent);
  const url = `/api/v1/runs/${encodeURIComponent(run)}/tasks/${task}/outputs/${name}`;
  const { OutputFiles } = await import('@visavox/api/schemas');
  const { files } = OutputFiles.parse(await request('GET', url));
  const written: string[] = [];
  for (const { path, digest } of files) {
    const place = path === '' ? to : pathInFolder(to, path);
    try {
      const bytes = stream(`${url}/file?path=${encodeURIComponent(path)}`);
      await writeWholeFile(place, requireDigest(digest, bytes));
    } catch (error) {
      throw error instanceof UserError ? error : unwritable(place, error);
    }
    written.push(path === '' ? to : join(to, path));
  }
  return written;
}

function unwritable(path: string, cause: unknown): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'file_unwritable',
    message: `${path} cannot be written: ${messageOf(cause)}`,
    action: 'Make room or correct the permissions, then export again.',
    cause,
  });
}
