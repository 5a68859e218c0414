import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Digest, digestOf, digestOfJson, hexOf } from '@visavox/core/digest';
import { z } from 'zod';
import type { DeclaredEnvironment, PythonDeclaration } from './declaration.ts';
import { environmentFault, toolMissing } from './faults.ts';
import { findInterpreter, type Interpreter, interpreterAt } from './interpreter.ts';
import { packageNames } from './lock.ts';
import { MadeFolders } from './made-folders.ts';
import { type NodeLock, NodePackages } from './node-packages.ts';
import { declarationText, resolveLock } from './resolve.ts';
import { findProgram, runTool, syncFolder, type ToolContext } from './tool.ts';

/** What a declaration comes to on this machine: what a run is pinned to. */
export type ResolvedEnvironment = ResolvedPython | ResolvedNode;

interface Resolved {
  /** Of the packages with their hashes, the version of Python or Node, and the platform. */
  readonly digest: Digest;
  /** `numpy==2.1.0`, `zod@4.0.0`, … */
  readonly packages: readonly string[];
}

export interface ResolvedPython extends Resolved {
  readonly language: 'python';
  readonly lock: Lock;
}

export interface ResolvedNode extends Resolved {
  readonly language: 'node';
  readonly lock: NodeLock;
}

const Lock = z.object({ text: z.string(), hashed: z.boolean(), sources: z.array(z.string()).readonly() });
type Lock = z.infer<typeof Lock>;

export interface EnvironmentsOptions {
  /** Where they are kept. Any number of engines may share it. */
  readonly folder: string;
  /** What the programs that make them are given: PATH, HOME, proxies, settings of uv. */
  readonly environment: Readonly<Record<string, string>>;
  /** Packages run code of their own when they are built: it runs behind the same walls as a step. */
  readonly wall?: ToolContext['wall'];
}

/** Environments by the digest of what is in them: each is made once, whole or not at all, and never changed. */
export class Environments {
  readonly #options: EnvironmentsOptions;
  readonly #folders: MadeFolders;
  readonly #node: NodePackages;
  readonly #building = new Map<string, Promise<Interpreter>>();
  readonly #made = new Map<string, Interpreter>();
  #interpreter: Promise<Interpreter | undefined> | undefined;

  constructor(options: EnvironmentsOptions) {
    this.#options = options;
    this.#folders = new MadeFolders(options.folder);
    this.#node = new NodePackages(this.#folders);
  }

  /** The Python of steps that declare nothing; undefined where this machine has none. */
  interpreter(): Promise<Interpreter | undefined> {
    this.#interpreter ??= findInterpreter(this.#context(async () => {}));
    return this.#interpreter;
  }

  /**
   * Which packages a declaration comes to. The first answer stays for this folder, so that a run tomorrow finds what today's
   * found, until one asks for it `anew`. Throws a UserError `environment_failed` where there is no such set.
   */
  async resolve(
    declared: DeclaredEnvironment,
    options: { project: string; anew: boolean; log: ToolContext['log'] },
  ): Promise<ResolvedEnvironment> {
    if ('packageLock' in declared)
      return {
        language: 'node',
        ...(await this.#node.resolve(declared, options.project, this.#context(options.log))),
      };
    return this.#resolvePython(declared, options);
  }

  async #resolvePython(
    declared: PythonDeclaration,
    { project, anew, log }: { project: string; anew: boolean; log: ToolContext['log'] },
  ): Promise<ResolvedPython> {
    const { uv, interpreter } = await this.#tools();
    const { version, platform } = interpreter;
    const question = digestOfJson({
      ...{ version, platform },
      declared,
      text: await declarationText(declared, project),
    });
    const file = join(this.#options.folder, 'resolved', `${hexOf(question)}.json`);
    const known = anew ? undefined : await readLock(file);
    const lock =
      known ?? (await resolveLock(declared, project, { uv, interpreter, context: this.#context(log) }));
    if (!known) await writeWhole(file, JSON.stringify(lock));
    return {
      language: 'python',
      digest: digestOfJson({ version, platform, lock: digestOf(Buffer.from(lock.text)) }),
      packages: packageNames(lock.text),
      lock,
    };
  }

  /** The Python that has these packages; made now where it has not been. */
  async providePython(resolved: ResolvedPython, log: ToolContext['log']): Promise<Interpreter> {
    const key = hexOf(resolved.digest);
    const building = this.#building.get(key) ?? this.#provide(key, resolved, log);
    this.#building.set(key, building);
    const forget = () => this.#building.delete(key);
    building.then(forget, forget);
    return building;
  }

  async #provide(key: string, { lock }: ResolvedPython, log: ToolContext['log']): Promise<Interpreter> {
    const context = this.#context(log);
    const python = join('bin', 'python3');
    const folder = await this.#folders.provide(key, python, (unfinished) =>
      this.#build(unfinished, lock, context),
    );
    const interpreter = this.#made.get(key) ?? (await interpreterAt(join(folder, python), context));
    this.#made.set(key, interpreter);
    return interpreter;
  }

  /** The folder whose `node_modules` has these packages; made now where it has not been. */
  provideNode(resolved: ResolvedNode, log: ToolContext['log']): Promise<string> {
    return this.#node.provide(hexOf(resolved.digest), resolved.lock, this.#context(log));
  }

  async #build(folder: string, { text, hashed, sources }: Lock, context: ToolContext): Promise<void> {
    const { uv, interpreter } = await this.#tools();
    const python = join(folder, 'bin', 'python3');
    const made = await runTool(
      [uv, 'venv', '--quiet', '--no-project', '--relocatable', '--python', interpreter.executable, folder],
      context,
    );
    if (!made.succeeded) throw environmentFault('made', made.errors);
    const file = join(folder, 'requirements.lock');
    await writeFile(file, text);
    if (packageNames(text).length > 0 || sources.length > 0) {
      const installed = await runTool(
        [
          ...[uv, 'pip', 'sync', '--quiet', '--compile-bytecode', '--python', python],
          ...[...(hashed ? ['--require-hashes'] : []), ...sources, file],
        ],
        context,
      );
      if (!installed.succeeded)
        throw environmentFault('installed', installed.errors, packageNames(text).map(nameOf));
    }
    if (hashed) {
      const checked = await runTool([uv, 'pip', 'check', '--python', python], context);
      if (!checked.succeeded) throw environmentFault('used', checked.errors);
    }
    await syncFolder(folder, context);
  }

  async #tools(): Promise<{ uv: string; interpreter: Interpreter }> {
    const [uv, interpreter] = await Promise.all([
      findProgram('uv', this.#options.environment.PATH ?? ''),
      this.interpreter(),
    ]);
    if (!uv)
      throw toolMissing(
        'uv',
        'Install uv (https://docs.astral.sh/uv) where the server finds it on its PATH.',
      );
    if (!interpreter) throw toolMissing('Python', 'Install Python 3.11 or newer.');
    return { uv, interpreter };
  }

  #context(log: ToolContext['log']): ToolContext {
    const { environment, wall } = this.#options;
    return { environment: { ...environment, UV_NO_PROGRESS: '1', NO_COLOR: '1' }, log, wall };
  }
}

/** `numpy` of `numpy==2.1.0`. */
function nameOf(requirement: string): string {
  return /^[\w.-]+/.exec(requirement)?.[0] ?? requirement;
}

async function readLock(file: string): Promise<Lock | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  return text === undefined ? undefined : Lock.parse(JSON.parse(text));
}

async function writeWhole(file: string, text: string): Promise<void> {
  await mkdir(join(file, '..'), { recursive: true, mode: 0o700 });
  const unfinished = `${file}.${randomUUID()}`;
  await writeFile(unfinished, text, { mode: 0o600, flush: true });
  await rename(unfinished, file);
}
