import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, open, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { messageOf, SystemError, UserError } from '@visavox/core/errors';
import {
  endProcessGroup,
  identify,
  isRunning,
  type ProcessIdentity,
  signalGroup,
} from '../processes/process-identity.ts';
import { lastWords } from './last-words.ts';
import type { MlflowLogin } from './login.ts';
import { choosePort, readServerRecord, writeServerRecord } from './server-record.ts';

export interface MlflowServerOptions {
  /** The Python that MLflow is installed in. */
  readonly python: string;
  /** Runs, registry and artifacts; kept between starts. */
  readonly folder: string;
  /** Whoever asks it anything signs in by this. */
  readonly login: MlflowLogin;
  /** `s3://bucket/prefix`; a folder of `folder` where it is left out. */
  readonly artifacts?: string | undefined;
  /** What it reaches that bucket with, beside this process's own environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Told what happened, for the log. */
  readonly report: (event: string, details: Record<string, unknown>) => void;
}

/** A process that serves, whether this one started it or an earlier one that was killed. */
interface Serving {
  readonly identity: ProcessIdentity;
  readonly gone: Promise<unknown>;
}

const maximumLogBytes = 10 << 20;
const startWithinMs = 5 * 60_000;
const steadyAfterMs = 60_000;
const longestDelayMs = 60_000;

/**
 * A real `mlflow server` on loopback: comes up in the background, is started again when it dies, and stops with this
 * process. When this process is killed instead, MLflow lives on, and the next one takes it over.
 */
export class MlflowServer {
  readonly url: string;
  readonly #options: MlflowServerOptions;
  readonly #folder: string;
  readonly #port: number;
  readonly #command: readonly string[];
  readonly #stopping = new AbortController();
  readonly #supervision: Promise<void>;
  #serving: Serving | undefined;
  #healthy = false;
  #problem: string | undefined;
  /** Where in the log the present process began. */
  #logFrom = 0;

  private constructor(options: MlflowServerOptions, port: number, survivor: ProcessIdentity | undefined) {
    this.#options = options;
    this.#folder = resolve(options.folder);
    this.#port = port;
    this.url = `http://127.0.0.1:${port}`;
    this.#command = commandOf(options, port);
    process.on('exit', this.#endWithThisProcess);
    this.#supervision = this.#supervise(survivor);
  }

  /** Answers at once; `ready` waits until MLflow does. The port stays the same from start to start where it is free. */
  static async start(options: MlflowServerOptions): Promise<MlflowServer> {
    await requirePython(options.python);
    const folder = resolve(options.folder);
    await mkdir(join(folder, 'artifacts'), { recursive: true, mode: 0o700 });
    const record = await readServerRecord(folder);
    const survivor = record?.process ?? undefined;
    if (record && survivor && (await isRunning(survivor))) {
      const command = recorded(options, commandOf(options, record.port));
      if (JSON.stringify(record.command) === JSON.stringify(command))
        return new MlflowServer(options, record.port, survivor);
    }
    // What is left of an earlier server: one of another version, or a worker that its parent's death left over.
    if (survivor) await endProcessGroup(survivor);
    const port = await choosePort(record?.port);
    await writeServerRecord(folder, { port, process: null, command: [] });
    return new MlflowServer(options, port, undefined);
  }

  /** Whether it answered when it was last asked. */
  get healthy(): boolean {
    return this.#healthy;
  }

  /** Why it does not answer, for people; undefined while it does, or is coming up for the first time. */
  get problem(): string | undefined {
    return this.#healthy ? undefined : this.#problem;
  }

  /** Waits until it answers. */
  async ready(): Promise<void> {
    while (!this.#healthy) {
      if (this.#stopping.signal.aborted)
        throw new SystemError('the MLflow server was stopped before it was ready');
      await pause(100);
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    process.off('exit', this.#endWithThisProcess);
    if (this.#serving) await endProcessGroup(this.#serving.identity);
    await this.#supervision;
    await writeServerRecord(this.#folder, { port: this.#port, process: null, command: [] });
    this.#options.report('mlflow stopped', { url: this.url });
  }

  async #supervise(survivor: ProcessIdentity | undefined): Promise<void> {
    const { report } = this.#options;
    const { signal } = this.#stopping;
    for (let failures = 0, first = survivor; !signal.aborted; first = undefined) {
      const startedAt = Date.now();
      try {
        this.#serving = first ? this.#adopt(first) : await this.#spawn();
        // `stop` may have been called while it was being started.
        if (signal.aborted) await endProcessGroup(this.#serving.identity);
        await this.#watch(this.#serving, startedAt);
        if (signal.aborted) return;
        this.#problem = await this.#ended(`after ${seconds(Date.now() - startedAt)}`);
        report('mlflow died', { url: this.url, log: this.#logFile, reason: this.#problem });
        await endProcessGroup(this.#serving.identity);
      } catch (error) {
        this.#problem = `it cannot be started: ${messageOf(error)}`;
        report('mlflow could not be started', { reason: messageOf(error) });
      } finally {
        this.#healthy = false;
        this.#serving = undefined;
      }
      failures = Date.now() - startedAt > steadyAfterMs ? 1 : failures + 1;
      this.#problem += ` (start ${failures} of a row that failed; its log is ${this.#logFile})`;
      const delay = Math.min(500 * 2 ** failures, longestDelayMs);
      await pause(delay, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  async #ended(when: string): Promise<string> {
    const said = await lastWords(this.#logFile, this.#logFrom);
    return `it ended ${when}${said ? `; its last words: ${said}` : ''}`;
  }

  #adopt(identity: ProcessIdentity): Serving {
    this.#options.report('mlflow taken over', { url: this.url, pid: identity.pid });
    return { identity, gone: this.#untilGone(identity) };
  }

  async #untilGone(identity: ProcessIdentity): Promise<void> {
    while (await isRunning(identity)) await pause(1000, undefined, { ref: false });
  }

  /** In a group of its own, with a file for its output: nothing of it is tied to this process's life. */
  async #spawn(): Promise<Serving> {
    const log = await this.#openLog();
    try {
      const [program, ...parameters] = this.#command;
      if (!program) throw new SystemError('no command');
      const child = spawn(program, parameters, {
        // Its data is named relative to its folder: as parts of URLs, some characters of a path would mean something else.
        cwd: this.#folder,
        detached: true,
        stdio: ['ignore', log.fd, log.fd],
        env: {
          ...process.env,
          ...this.#options.environment,
          ...this.#options.login.environment,
          MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false',
          MLFLOW_DISABLE_TELEMETRY: 'true',
          PYTHONUNBUFFERED: '1',
        },
      });
      const gone = once(child, 'exit');
      await once(child, 'spawn');
      child.unref();
      const identity = child.pid === undefined ? undefined : await identify(child.pid);
      if (!identity) throw new SystemError(await this.#ended('at once'));
      const command = recorded(this.#options, this.#command);
      await writeServerRecord(this.#folder, { port: this.#port, process: identity, command });
      this.#options.report('mlflow starting', { url: this.url, pid: identity.pid });
      return { identity, gone };
    } finally {
      await log.close();
    }
  }

  /** Until the process is gone, or never became healthy. */
  async #watch(serving: Serving, startedAt: number): Promise<void> {
    let gone = false;
    const ended = serving.gone.then(() => {
      gone = true;
    });
    let everHealthy = false;
    while (!gone) {
      this.#healthy = await this.#answers();
      if (this.#healthy && !everHealthy) {
        everHealthy = true;
        this.#options.report('mlflow ready', { url: this.url, afterMs: Date.now() - startedAt });
      }
      if (!everHealthy && Date.now() - startedAt > startWithinMs) return;
      await Promise.race([ended, pause(everHealthy ? 5000 : 250, undefined, { ref: false })]);
    }
  }

  async #answers(): Promise<boolean> {
    try {
      return (await fetch(`${this.url}/health`, { signal: AbortSignal.timeout(5000) })).ok;
    } catch {
      return false;
    }
  }

  get #logFile(): string {
    return join(this.#folder, 'server.log');
  }

  async #openLog() {
    const size = await stat(this.#logFile).then(
      (found) => found.size,
      () => 0,
    );
    if (size > maximumLogBytes) await rm(this.#logFile);
    this.#logFrom = size > maximumLogBytes ? 0 : size;
    return open(this.#logFile, 'a', 0o600);
  }

  readonly #endWithThisProcess = (): void => {
    if (this.#serving) signalGroup(this.#serving.identity.pid, 'SIGTERM');
  };
}

function commandOf(
  { python, artifacts = 'artifacts' }: MlflowServerOptions,
  port: number,
): readonly string[] {
  return [
    ...[python, '-m', 'mlflow', 'server', '--app-name', 'visavox-login'],
    ...['--host', '127.0.0.1', '--port', String(port), '--workers', '1'],
    ...['--backend-store-uri', 'sqlite:///mlflow.db'],
    ...['--serve-artifacts', '--artifacts-destination', artifacts],
  ];
}

/** A server of another login is no longer ours to take over. */
function recorded({ login }: MlflowServerOptions, command: readonly string[]): readonly string[] {
  return [...command, `login ${login.fingerprint}`];
}

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 1000)} s`;
}

async function requirePython(python: string): Promise<void> {
  try {
    await access(python);
  } catch (cause) {
    throw new UserError({
      kind: 'unavailable',
      code: 'python_missing',
      message: `there is no Python at ${python}`,
      action: 'Run the set-up again; it prepares the Python that MLflow runs in.',
      cause,
    });
  }
}
