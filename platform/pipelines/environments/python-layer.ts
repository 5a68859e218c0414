import { mkdir, readlink, realpath, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Interpreter } from './interpreter.ts';

/**
 * Lays an empty virtual environment over another one, or over the machine's Python: a step imports what is below, and what it
 * installs itself goes into its own layer and away with it. It takes ten small files and no process.
 */
export async function layPython(below: Interpreter, folder: string): Promise<{ readonly path: string }> {
  const [major, minor] = below.version.split('.');
  const short = `python${major}.${minor}`;
  const [bin, packages] = [join(folder, 'bin'), join(folder, 'lib', short, 'site-packages')];
  await Promise.all([mkdir(bin, { recursive: true }), mkdir(packages, { recursive: true })]);
  const program = await baseProgram(below.executable);
  const pip = `#!/bin/sh\nexec '${join(bin, 'python3')}' -m pip "$@"\n`;
  await Promise.all([
    ...['python', 'python3', short].map((name) => symlink(program, join(bin, name))),
    ...['pip', 'pip3'].map((name) => writeFile(join(bin, name), pip, { mode: 0o755 })),
    writeFile(
      join(folder, 'pyvenv.cfg'),
      [
        `home = ${join(program, '..')}`,
        `include-system-site-packages = ${below.packages === null}`,
        `version = ${below.version}`,
        '',
      ].join('\n'),
    ),
    below.packages !== null &&
      writeFile(
        join(packages, 'below.pth'),
        [`import site; site.addsitedir(${JSON.stringify(below.packages)})`, below.pip ?? '', ''].join('\n'),
      ),
  ]);
  return { path: bin };
}

/** The program of the installation that a virtual environment was made from. */
async function baseProgram(executable: string): Promise<string> {
  return readlink(executable).then(
    () => realpath(executable),
    () => executable, // no link: the installation's own
  );
}
