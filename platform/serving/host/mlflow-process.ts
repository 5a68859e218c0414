import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { UserError } from '@visavox/core/errors';
import { z } from 'zod';
import type { ModelPrograms } from './model-programs.ts';

const script = fileURLToPath(new URL('../mlflow/serve_model.py', import.meta.url));
const Started = z.object({ port: z.int() });
/** To load a model, once its packages are there. */
const startsWithinMs = 5 * 60_000;
const endsWithinMs = 5000;
const keptErrors = 4000;

export interface MlflowModel {
  /** Where its `MLmodel` is. */
  readonly folder: string;
  /** What clients call it. */
  readonly name: string;
  readonly version: string;
  /** 0 chooses a free one. */
  readonly port?: number;
  /** What it finds in its environment beside what it needs to start. */
  readonly variables?: Readonly<Record<string, string>>;
  /** The same, of which no value is in anything that is said about it. */
  readonly secrets?: Readonly<Record<string, string>>;
}

export interface MlflowProcess {
  readonly url: string;
  stop(): Promise<void>;
}

/** A model that MLflow saved, in a process with its own packages. It ends with this one, also where that is killed. */
export async function startMlflowModel(
  { folder, name, version, port = 0, variables = {}, secrets = {} }: MlflowModel,
  programs: ModelPrograms,
  onLost: (error: Error) => void,
): Promise<MlflowProcess> {
  const { command, environment } = await programs.python([script, folder, name, version, String(port)], {
    ...{ folder, name },
  });
  const [program = '', ...words] = command;
  const child = spawn(program, words, {
    ...{ cwd: folder, stdio: ['pipe', 'pipe', 'pipe'], detached: true },
    env: { ...environment, ...variables, ...secrets },
  });
  child.stdin.on('error', () => {}); // it may end first
  const errors = new MaskedEnd(Object.values(secrets));
  child.stderr.setEncoding('utf8').on('data', (text: string) => errors.add(text));
  let stopping = false;
  const stop = async () => {
    stopping = true;
    await end(child);
  };
  try {
    const { port: taken } = await started(child, () => errors.text);
    child.once('exit', (code, signal) => {
      if (!stopping)
        onLost(new Error(`the process of ${name} ended (${signal ?? code}): ${errors.text.trim()}`));
    });
    return { url: `http://127.0.0.1:${taken}`, stop };
  } catch (error) {
    await stop();
    throw notLoaded(name, error instanceof Error ? error.message : String(error));
  }
}

/** The last of what a process wrote, without the values of its secrets. */
class MaskedEnd {
  readonly #values: readonly string[];
  readonly #longest: number;
  #heard = '';

  constructor(secrets: readonly string[]) {
    // What is within another one is hidden after it.
    this.#values = secrets.filter((value) => value.trim() !== '').sort((a, b) => b.length - a.length);
    this.#longest = this.#values[0]?.length ?? 0;
  }

  add(text: string): void {
    this.#heard = `${this.#heard}${text}`.slice(-(keptErrors + this.#longest));
  }

  get text(): string {
    // Of a value that was cut through at the beginning, an end would be left.
    const isCut = this.#heard.length === keptErrors + this.#longest;
    const masked = this.#values.reduce((text, value) => text.replaceAll(value, '***'), this.#heard);
    return isCut ? masked.slice(this.#longest) : masked;
  }
}

async function started(child: ChildProcess, said: () => string): Promise<z.infer<typeof Started>> {
  if (!child.stdout) throw new Error('it has no output');
  const over = new AbortController();
  const { signal } = over;
  const lines = createInterface({ input: child.stdout });
  const port = new Promise<z.infer<typeof Started>>((resolve) => {
    lines.on('line', (line) => {
      const parsed = Started.safeParse(jsonIn(line));
      if (parsed.success) resolve(parsed.data);
    });
  });
  const ended = Promise.race([
    once(child, 'error', { signal }).then(([error]) => String(error)),
    once(child, 'close', { signal }).then(() => said().trim().split('\n').slice(-8).join('\n')),
  ]).then((reason) => Promise.reject(new Error(reason)));
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`it was not loaded within ${startsWithinMs / 1000} s`)),
      startsWithinMs,
    );
  });
  ended.catch(() => {}); // also where it is told to stop waiting
  try {
    return await Promise.race([port, ended, late]);
  } finally {
    over.abort();
    clearTimeout(timer);
  }
}

/** What a model prints while it is loaded is not JSON, or says nothing of a port. */
function jsonIn(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Its input ends, which it ends with; after a while all of its group is killed. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const { pid } = child;
  const exited = once(child, 'exit');
  child.stdin?.end();
  const timer = setTimeout(() => {
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // It has ended a moment before.
    }
  }, endsWithinMs);
  await exited;
  clearTimeout(timer);
}

function notLoaded(name: string, reason: string): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'model_not_loaded',
    message: `the model ${name} could not be loaded: ${reason}`,
    action:
      'Look at its requirements: they have to name everything that it is loaded with (MLflow: pip_requirements=…). Then register it again.',
  });
}
