import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '@visavox/core/errors';

/** A file that a component names. Throws a UserError `environment_file_missing` where the project has none. */
export async function readProjectFile(project: string, path: string): Promise<string> {
  return readFile(join(project, path), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' && error.code !== 'EISDIR' && error.code !== 'ENOTDIR') throw error;
    throw new UserError({
      kind: 'invalid',
      code: 'environment_file_missing',
      message: `The step declares its environment in ${path}, and the project has no such file.`,
      action: 'Correct the path in the component (it starts at the folder of the project), or add the file.',
    });
  });
}
