import { lstatSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Interpreter } from './interpreter.ts';

/**
 * Lays an empty virtual environment over another one, or over the machine's Python: a step imports what is below, and what it
 * installs itself goes into its own layer and away with it. It takes ten small files and no process; they are written at
 * once, which takes half a millisecond, and several times that through threads.
 */
export function layPython(below: Interpreter, folder: string): { readonly path: string } {
  const [major, minor] = below.version.split('.');
  const short = `python${major}.${minor}`;
  const [bin, packages] = [join(folder, 'bin'), join(folder, 'lib', short, 'site-packages')];
  for (const each of [bin, packages]) mkdirSync(each, { recursive: true });
  const program = baseProgram(below.executable);
  const pip = `#!/bin/sh\nexec '${join(bin, 'python3')}' -m pip "$@"\n`;
  for (const name of ['python', 'python3', short]) symlinkSync(program, join(bin, name));
  for (const name of ['pip', 'pip3']) writeFileSync(join(bin, name), pip, { mode: 0o755 });
  const settings = [
    `home = ${join(program, '..')}`,
    `include-system-site-packages = ${below.packages === null}`,
    `version = ${below.version}`,
    '',
  ];
  writeFileSync(join(folder, 'pyvenv.cfg'), settings.join('\n'));
  if (below.packages !== null) {
    const adding = `import site; site.addsitedir(${JSON.stringify(below.packages)})`;
    writeFileSync(join(packages, 'below.pth'), [adding, below.pip ?? '', ''].join('\n'));
  }
  return { path: bin };
}

/** The program of the installation that a virtual environment was made from. */
function baseProgram(executable: string): string {
  // No link: the installation's own.
  return lstatSync(executable).isSymbolicLink() ? realpathSync(executable) : executable;
}
