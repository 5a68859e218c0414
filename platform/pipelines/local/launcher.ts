import { type ChildProcess, spawn } from 'node:child_process';
import { SystemError } from '@visavox/core/errors';

/**
 * Runs the command and leaves two files in the attempt's folder: `pid` when it starts, `exit` when it has ended.
 * `pid` is created exclusively, so that an attempt is claimed once: by its process, or by an engine that gives it up.
 * A signal to the group leaves it waiting for the command, which may end in its own way. Built-in commands of the shell only, which keeps it at about a millisecond.
 */
const wrapper = `
_visavox_folder=$1; shift
if [ -r /proc/$$/stat ]; then read -r _visavox_start < /proc/$$/stat; else _visavox_start=$(ps -o lstart= -p $$); fi
trap : HUP INT TERM
set -C
{ echo "$$ $_visavox_start" > "$_visavox_folder/pid"; } 2>/dev/null || exit 125
"$@"
_visavox_code=$?
{ echo "$_visavox_code"; times; echo end; } >| "$_visavox_folder/exit"
`;

/**
 * The process that starts the commands: starting one copies the tables of all memory that the starter has, which takes a
 * service of some hundred megabytes 20 milliseconds and more, in which it does nothing else. It ends with the engine;
 * what it has started goes on.
 */
const program = `
const { spawn } = require('node:child_process');
const { closeSync, openSync } = require('node:fs');
process.on('disconnect', () => process.exit());
process.on('message', ({ id, words: [program, ...words], workingDirectory, environment, logFile }) => {
  const tell = (answer) => process.connected && process.send({ id, ...answer });
  const failed = (error) => tell({ kind: 'failed', reason: error.message });
  let log;
  try {
    log = openSync(logFile, 'a', 0o600);
    const options = { cwd: workingDirectory, env: environment, detached: true, stdio: ['ignore', log, log] };
    const child = spawn(program, words, options);
    child.once('error', failed);
    child.once('exit', () => tell({ kind: 'ended' }));
    if (child.pid !== undefined) tell({ kind: 'started', pid: child.pid });
  } catch (error) {
    failed(error);
  } finally {
    if (log !== undefined) closeSync(log);
  }
});
`;

type Answer = { readonly id: number } & (
  | { readonly kind: 'started'; readonly pid: number }
  | { readonly kind: 'ended' }
  | { readonly kind: 'failed'; readonly reason: string }
);

export interface Launch {
  readonly folder: string;
  readonly command: readonly string[];
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly logFile: string;
}

export interface Launched {
  readonly pid: number;
  /** When the command has ended, or nobody is left who would hear of it: its files tell which. */
  readonly ended: Promise<void>;
  /** Lets this process end while the command goes on. */
  readonly letGo: () => void;
}

interface Waiting {
  started(pid: number): void;
  failed(error: Error): void;
  ended(): void;
}

/** Starts commands in process groups of their own, which outlive this process. */
export class Launcher {
  readonly #waiting = new Map<number, Waiting>();
  #process: ChildProcess | undefined;
  #count = 0;

  /** Returns once the command runs. Throws where it cannot be started, or where it is not known whether it was. */
  async launch({ folder, command, ...where }: Launch): Promise<Launched> {
    const id = ++this.#count;
    const words = ['/bin/sh', '-c', wrapper, 'visavox-task', folder, ...command];
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const letGo = () => this.#forget(id);
    const pid = await new Promise<number>((started, failed) => {
      this.#waiting.set(id, { started, failed, ended: end });
      const launcher = this.#running();
      launcher.channel?.ref();
      launcher.send({ id, words, ...where }, (error) => error && failed(error));
    }).catch((error) => {
      letGo();
      throw error;
    });
    return { pid, ended, letGo };
  }

  /** What was started goes on. */
  close(): void {
    if (this.#process?.connected) this.#process.disconnect();
  }

  #running(): ChildProcess {
    if (this.#process) return this.#process;
    const launcher = spawn(process.execPath, ['-e', program], {
      // A signal to this process's group is not for it: it ends when the channel does.
      detached: true,
      cwd: '/',
      env: {},
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    launcher.unref();
    launcher.on('message', (answer: Answer) => this.#hear(answer));
    const lost = () => {
      if (this.#process === launcher) this.#process = undefined;
      const waiting = [...this.#waiting];
      this.#waiting.clear();
      for (const [, { failed, ended }] of waiting) {
        failed(new SystemError('the process that starts commands ended'));
        ended();
      }
    };
    launcher.once('error', lost);
    launcher.once('disconnect', lost);
    this.#process = launcher;
    return launcher;
  }

  #hear(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    switch (answer.kind) {
      case 'started':
        waiting?.started(answer.pid);
        return;
      case 'failed':
        waiting?.failed(new SystemError(answer.reason));
        return;
      case 'ended':
        this.#forget(answer.id);
        waiting?.ended();
        return;
    }
  }

  #forget(id: number): void {
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#process?.channel?.unref();
  }
}
