import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { objectStoreLocation, openObjectStore } from '@visavox/adapters/objects/open-object-store';
import { Digest } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import type { ObjectStore } from '@visavox/core/object-store';

/** What a task of the pipeline works with. Its arguments name the files that the engine made or wants. */
export interface Step {
  /** The value of `--name`. */
  argument(name: string): string;
  /** All values of `--name`. */
  argumentList(name: string): readonly string[];
  digest(name: string): Digest;
  objects(): Promise<ObjectStore>;
  read(name: string): Promise<Uint8Array>;
  /** Writes the file that `--name` names. */
  write(name: string, content: Uint8Array | string): Promise<void>;
  log(text: string): void;
}

/** Runs a task: a mistake of the caller is one line and exit code 2, so that nobody retries it in vain. */
export async function runStep(work: (step: Step) => Promise<void>): Promise<void> {
  try {
    await work(createStep(process.argv.slice(2), process.env));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    process.stderr.write(`${error.code}: ${error.message}\n${error.action}\n`);
    process.exitCode = 2;
  }
}

function createStep(argv: readonly string[], environment: NodeJS.ProcessEnv): Step {
  const names = new Set(
    argv.filter((word) => word.startsWith('--')).map((word) => word.slice(2).split('=')[0] ?? ''),
  );
  const { values } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(
      [...names].map((name) => [name, { type: 'string' as const, multiple: true as const }]),
    ),
  });
  const argumentList = (name: string) => (values[name] ?? []).filter((value) => typeof value === 'string');
  const argument = (name: string) => {
    const [value] = argumentList(name);
    if (value !== undefined) return value;
    throw new UserError({
      kind: 'invalid',
      code: 'argument_missing',
      message: `--${name} is missing`,
      action: `Pass --${name} VALUE.`,
    });
  };
  return {
    argument,
    argumentList,
    digest: (name) => Digest.parse(argument(name)),
    objects: () => openObjectStore(objectStoreLocation(environment)),
    read: (name) => readFile(argument(name)),
    async write(name, content) {
      await mkdir(dirname(argument(name)), { recursive: true });
      await writeFile(argument(name), content);
    },
    log: (text) => void process.stderr.write(`${text}\n`),
  };
}
