import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Digest, digestOf, digestOfJson } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import { z } from 'zod';
import type { NodeDeclaration } from './declaration.ts';
import { environmentFault, toolMissing } from './faults.ts';
import type { MadeFolders } from './made-folders.ts';
import { readProjectFile } from './project-file.ts';
import { findProgram, runTool, syncFolder, type ToolContext } from './tool.ts';

/** What npm installs from, and where in the project it stood. */
export interface NodeLock {
  /** Of the project: `.`, or `features/audio`. */
  readonly folder: string;
  readonly manifest: string;
  readonly lock: string;
  /** `.npmrc` beside them: from which registries. Null without one. */
  readonly settings: string | null;
}

const LockedPackage = z.looseObject({
  version: z.string().optional(),
  integrity: z.string().optional(),
  link: z.boolean().optional(),
  inBundle: z.boolean().optional(),
});
const PackageLock = z.looseObject({
  lockfileVersion: z.number().optional(),
  packages: z.record(z.string(), LockedPackage).optional(),
});

const installed = 'node_modules';
const question = 'process.stdout.write(JSON.stringify([process.version, process.platform, process.arch]))';

/** Packages of npm, as a package-lock.json has them. */
export class NodePackages {
  readonly #folders: MadeFolders;

  constructor(folders: MadeFolders) {
    this.#folders = folders;
  }

  /** Nothing is left to resolve: the lock says all. Throws a UserError where it does not. */
  async resolve(
    { packageLock }: NodeDeclaration,
    project: string,
    context: ToolContext,
  ): Promise<{ digest: Digest; packages: readonly string[]; lock: NodeLock }> {
    const { node } = await tools(context);
    const folder = dirname(packageLock);
    const [manifest, lock, settings] = await Promise.all([
      readProjectFile(project, join(folder, 'package.json')),
      readProjectFile(project, packageLock),
      readFile(join(project, folder, '.npmrc'), 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
        return null;
      }),
    ]);
    const { succeeded, output, errors } = await runTool([node, '-e', question], context);
    if (!succeeded) throw environmentFault('made', errors);
    return {
      digest: digestOfJson({
        node: output,
        manifest: digestOf(Buffer.from(manifest)),
        lock: digestOf(Buffer.from(lock)),
      }),
      packages: packagesOf(packageLock, lock),
      lock: { folder, manifest, lock, settings },
    };
  }

  /** The folder that they are installed in; made now where it is not there. */
  provide(key: string, { manifest, lock, settings }: NodeLock, context: ToolContext): Promise<string> {
    return this.#folders.provide(key, installed, async (folder) => {
      const { npm } = await tools(context);
      await mkdir(join(folder, installed), { recursive: true, mode: 0o700 });
      await Promise.all([
        writeFile(join(folder, 'package.json'), manifest),
        writeFile(join(folder, 'package-lock.json'), lock),
        settings !== null && writeFile(join(folder, '.npmrc'), settings, { mode: 0o600 }),
      ]);
      const command = [
        ...[npm, 'ci', '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'],
        // npm waits up to two minutes between tries otherwise, also after a package that is not what its hash says.
        ...['--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=5000'],
      ];
      const { succeeded, errors } = await runTool(command, context, { folder });
      if (!succeeded) throw environmentFault('installed', errors.replaceAll(/^npm error /gm, ''));
      await syncFolder(folder, context);
    });
  }
}

/** `zod@4.0.0`, …; refuses a lock that leaves open what is installed. */
function packagesOf(file: string, text: string): string[] {
  const parsed = PackageLock.safeParse(jsonOf(text));
  if (!parsed.success || !parsed.data.packages) throw unusable(file, 'it has no list of packages');
  const entries = Object.entries(parsed.data.packages).filter(([path]) => path !== '');
  for (const [path, { link, integrity, inBundle }] of entries) {
    if (link || !path.includes(`${installed}/`))
      throw unusable(file, `${path} is a folder of the project, which is not installed from a registry`);
    if (integrity === undefined && !inBundle) throw unusable(file, `${path} has no hash`);
  }
  const names = entries.map(([path, { version = '' }]) => `${path.split(`${installed}/`).at(-1)}@${version}`);
  return [...new Set(names)].sort();
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unusable(file: string, reason: string): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'environment_file_incomplete',
    message: `${file} does not say exactly what to install: ${reason}.`,
    action:
      'Give the step a package.json of its own without workspaces, links or git addresses, and write its lock with npm 7 or newer: npm install --package-lock-only.',
  });
}

async function tools({ environment }: ToolContext): Promise<{ node: string; npm: string }> {
  const path = environment.PATH ?? '';
  const [node, npm] = await Promise.all([findProgram('node', path), findProgram('npm', path)]);
  if (!node || !npm)
    throw toolMissing('npm', 'Install Node.js with npm where the server finds it on its PATH.');
  return { node, npm };
}
