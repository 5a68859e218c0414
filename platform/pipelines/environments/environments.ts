import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Digest, digestOf, digestOfJson } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import { z } from 'zod';
import { lockFolder } from '../local/lock.ts';
import type { DeclaredEnvironment } from './declaration.ts';
import { environmentFault, toolMissing } from './faults.ts';
import { findInterpreter, type Interpreter, interpreterAt } from './interpreter.ts';
import { packageNames } from './lock.ts';
import { declarationText, resolveLock } from './resolve.ts';
import { findProgram, runTool, type ToolContext } from './tool.ts';

/** What a declaration comes to on this machine: what a run is pinned to. */
export interface ResolvedEnvironment {
  /** Of the packages with their hashes, the version of Python and the platform. */
  readonly digest: Digest;
  /** `numpy==2.1.0`, … */
  readonly packages: readonly string[];
  readonly lock: Lock;
}

/** What a resolver found: a requirements file with hashes, and where its packages are. */
export const Lock = z.object({
  text: z.string(),
  hashed: z.boolean(),
  sources: z.array(z.string()).readonly(),
});
export type Lock = z.infer<typeof Lock>;

/** Remembers what was resolved, by the digest of what was asked. */
export interface LockStore {
  find(question: Digest): Promise<Lock | undefined>;
  /** Returns the lock that is kept: an earlier one stays, unless it was resolved `anew`. */
  keep(question: Digest, lock: Lock, options: { readonly anew: boolean }): Promise<Lock>;
}

export interface EnvironmentsOptions {
  /** Where they are kept. Any number of engines may share it. */
  readonly folder: string;
  /** What the programs that make them are given: PATH, HOME, proxies, settings of uv. */
  readonly environment: Readonly<Record<string, string>>;
  /** Packages run code of their own when they are built: it runs behind the same walls as a step. */
  readonly wall?: ToolContext['wall'];
  /** Where resolved locks are kept; below `folder` unless given. */
  readonly locks?: LockStore;
}

/** Python environments by the digest of what is in them: each is made once, whole or not at all, and never changed. */
export class Environments {
  readonly #options: EnvironmentsOptions;
  readonly #locks: LockStore;
  readonly #building = new Map<string, Promise<Interpreter>>();
  readonly #made = new Map<string, Interpreter>();
  #interpreter: Promise<Interpreter | undefined> | undefined;

  constructor(options: EnvironmentsOptions) {
    this.#options = options;
    this.#locks = options.locks ?? locksBelow(join(options.folder, 'resolved'));
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
    { project, anew, log }: { project: string; anew: boolean; log: ToolContext['log'] },
  ): Promise<ResolvedEnvironment> {
    const { uv, interpreter } = await this.#tools();
    const { version, platform } = interpreter;
    const question = digestOfJson({
      ...{ version, platform },
      declared,
      text: await declarationText(declared, project),
    });
    const found = anew ? undefined : await this.#locks.find(question);
    const resolve = () => resolveLock(declared, project, { uv, interpreter, context: this.#context(log) });
    const lock = found ?? (await this.#locks.keep(question, await resolve(), { anew }));
    return {
      digest: digestOfJson({ version, platform, lock: digestOf(Buffer.from(lock.text)) }),
      packages: packageNames(lock.text),
      lock,
    };
  }

  /** The Python that has these packages; made now where it has not been. */
  async provide(resolved: ResolvedEnvironment, log: ToolContext['log']): Promise<Interpreter> {
    const key = hexOf(resolved.digest);
    const building = this.#building.get(key) ?? this.#provide(key, resolved, log);
    this.#building.set(key, building);
    const forget = () => this.#building.delete(key);
    building.then(forget, forget);
    return building;
  }

  async #provide(key: string, { lock }: ResolvedEnvironment, log: ToolContext['log']): Promise<Interpreter> {
    const folder = join(this.#options.folder, key);
    const context = this.#context(log);
    const python = join(folder, 'bin', 'python3');
    const isThere = () =>
      stat(python).then(
        () => true,
        () => false,
      );
    const known = this.#made.get(key);
    if (await isThere()) return known ?? this.#remember(key, await interpreterAt(python, context));
    const unlock = await this.#alone(key);
    try {
      // Another builder may have finished it in the meantime; one that was killed has left its own unfinished.
      if (await isThere()) return await interpreterAt(python, context);
      for (const name of await readdir(this.#options.folder))
        if (name.startsWith(`${key}.`))
          await rm(join(this.#options.folder, name), { recursive: true, force: true });
      await rm(folder, { recursive: true, force: true });
      const unfinished = `${folder}.${process.pid}.${Date.now().toString(36)}`;
      try {
        await this.#build(unfinished, lock, context);
        await rename(unfinished, folder);
      } finally {
        await rm(unfinished, { recursive: true, force: true });
      }
      return this.#remember(key, await interpreterAt(python, context));
    } finally {
      await unlock();
    }
  }

  #remember(key: string, interpreter: Interpreter): Interpreter {
    this.#made.set(key, interpreter);
    return interpreter;
  }

  async #build(folder: string, { text, hashed, sources }: Lock, context: ToolContext): Promise<void> {
    const { uv, interpreter } = await this.#tools();
    const python = join(folder, 'bin', 'python3');
    await mkdir(this.#options.folder, { recursive: true, mode: 0o700 });
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
    // A machine that stops must not leave empty files under the finished name.
    if (await findProgram('sync', context.environment.PATH ?? ''))
      await runTool(['sync', '-f', folder], context);
  }

  /** One builder at a time, in whatever process: the others wait and find it finished. */
  async #alone(key: string): Promise<() => Promise<void>> {
    const folder = join(this.#options.folder, 'building', key);
    for (;;) {
      try {
        return await lockFolder(folder);
      } catch (error) {
        if (!(error instanceof UserError && error.code === 'engine_running')) throw error;
        await sleep(200);
      }
    }
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

function hexOf(digest: Digest): string {
  return digest.slice('sha256:'.length);
}

/** `numpy` of `numpy==2.1.0`. */
function nameOf(requirement: string): string {
  return /^[\w.-]+/.exec(requirement)?.[0] ?? requirement;
}

function locksBelow(folder: string): LockStore {
  const fileOf = (question: Digest) => join(folder, `${hexOf(question)}.json`);
  return {
    find: (question) => readLock(fileOf(question)),
    async keep(question, lock) {
      await writeWhole(fileOf(question), JSON.stringify(lock));
      return lock;
    },
  };
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
