import { dirname, join } from 'node:path';
import { UserError } from '@visavox/core/errors';
import type { PythonDeclaration } from './declaration.ts';
import { environmentFault } from './faults.ts';
import type { Interpreter } from './interpreter.ts';
import { joinLocks } from './lock.ts';
import type { PipInstall } from './pip-prelude.ts';
import { readProjectFile } from './project-file.ts';
import { runTool, type ToolContext } from './tool.ts';

/** Exactly what is to be installed, and from where. */
export interface PythonLock {
  /** As a requirements file with versions and hashes. */
  readonly text: string;
  /** Whether whoever wrote it stands for every hash in it: nothing without one is installed then. */
  readonly hashed: boolean;
  readonly sources: readonly string[];
}

/** The files of a declaration as they are in a project's folder: what decides what is resolved. */
export async function declarationText(declared: PythonDeclaration, project: string): Promise<string> {
  if ('installs' in declared) return JSON.stringify(declared.installs);
  if ('requirements' in declared) return readProjectFile(project, declared.requirements);
  const beside = join(dirname(declared.uvLock), 'pyproject.toml');
  return JSON.stringify([
    await readProjectFile(project, beside),
    await readProjectFile(project, declared.uvLock),
  ]);
}

/** Throws a UserError `environment_failed` with the resolver's words where there is no such set of packages. */
export async function resolveLock(
  declared: PythonDeclaration,
  project: string,
  { uv, interpreter, context }: { uv: string; interpreter: Interpreter; context: ToolContext },
): Promise<PythonLock> {
  const python = ['--python', interpreter.executable];
  const compile = async (requirements: string, options: readonly string[], names: readonly string[]) => {
    const command = [
      ...[uv, 'pip', 'compile', '-', ...python, '--generate-hashes'],
      ...['--no-header', '--no-annotate', '--emit-build-options', ...options],
    ];
    const { succeeded, output, errors } = await runTool(command, context, {
      input: requirements,
      folder: project,
    });
    if (!succeeded) throw environmentFault('resolved', errors, names);
    return output;
  };
  if ('installs' in declared) {
    const locks: string[] = [];
    for (const install of declared.installs) {
      const options = [...sourcesOf(install), ...(install.withDependencies ? [] : ['--no-deps'])];
      locks.push(await compile(install.requirements.join('\n'), options, install.requirements));
    }
    const sources = [...new Map(declared.installs.map((one) => [String(sourcesOf(one)), sourcesOf(one)]))];
    return { text: joinLocks(locks), hashed: false, sources: sources.flatMap(([, options]) => options) };
  }
  if ('requirements' in declared) {
    const text = await readProjectFile(project, declared.requirements);
    if (!/--hash[= ]/.test(text))
      return { text: joinLocks([await compile(text, [], [])]), hashed: false, sources: indexLines(text) };
    const include = /^\s*(-[rc]|--requirement|--constraint)\b.*$/m.exec(text);
    if (include) throw incomplete(declared.requirements, include[0].trim());
    return { text, hashed: true, sources: [] };
  }
  const folder = join(project, dirname(declared.uvLock));
  const command = [
    ...[uv, 'export', '--locked', '--no-dev', '--no-emit-workspace', '--no-header', '--no-annotate'],
    ...['--format', 'requirements-txt', ...python],
  ];
  const { succeeded, output, errors } = await runTool(command, context, { folder });
  if (!succeeded) throw environmentFault(`read from ${declared.uvLock}`, errors);
  const sources = registriesOf(await readProjectFile(project, declared.uvLock));
  return { text: output, hashed: true, sources };
}

function sourcesOf({ indexUrls, trustedHosts, findLinks }: PipInstall): string[] {
  const [first, ...more] = indexUrls;
  return [
    ...(first === undefined ? [] : ['--index-url', first]),
    ...more.flatMap((url) => ['--extra-index-url', url]),
    ...trustedHosts.flatMap((host) => ['--allow-insecure-host', hostOf(host)]),
    ...findLinks.flatMap((place) => ['--find-links', place]),
  ];
}

/** The indexes that a uv.lock names, which its export leaves out. Its hashes say which of them has the right package. */
function registriesOf(lock: string): string[] {
  const found = [...lock.matchAll(/^source = \{ registry = "([^"]+)" \}$/gm)].map(([, url = '']) => url);
  const [first, ...more] = new Set(found);
  if (first === undefined) return [];
  const strategy = more.length > 0 ? ['--index-strategy', 'unsafe-best-match'] : [];
  return ['--index-url', first, ...more.flatMap((url) => ['--extra-index-url', url]), ...strategy];
}

/** The lines of a requirements file that say where packages are. */
function indexLines(text: string): string[] {
  const lines = text.matchAll(/^\s*(-i|--index-url|--extra-index-url|-f|--find-links)[ =](\S+)/gm);
  return [...lines].flatMap(([, option = '', value = '']) => [option, value]);
}

/** kfp gives pip whole URLs for hosts; pip and uv want the host. */
function hostOf(host: string): string {
  return URL.canParse(host) && host.includes('://') ? new URL(host).host : host;
}

function incomplete(file: string, line: string): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'environment_file_incomplete',
    message: `${file} has hashes, and "${line}" in it names another file, which they do not cover.`,
    action: 'Write all packages with their hashes into one file: uv pip compile --generate-hashes.',
  });
}
