import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { VisavoxClient } from '@visavox/client/client';
import { SystemError, UserError } from '@visavox/core/errors';

const root = resolve(import.meta.dirname, '..');
const clockTicksASecond = 100;
/** A busy machine may take minutes; only a server that stays away is a failure. */
const startLimitSeconds = 600;

/** A whole service on a home of its own, as `visavox up` starts it, that can be killed and started again. */
export class ServerProcess {
  readonly home: string;
  readonly url: string;
  readonly #port: number;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #bin: string;
  readonly #project: string;
  #child: ChildProcess | undefined;

  private constructor(
    home: string,
    port: number,
    {
      environment,
      bin,
      project,
    }: { environment: Readonly<Record<string, string>>; bin: string; project: string },
  ) {
    this.home = home;
    this.#port = port;
    this.url = `http://127.0.0.1:${port}`;
    this.#environment = environment;
    this.#bin = bin;
    this.#project = project;
  }

  static async create(environment: Readonly<Record<string, string>> = {}): Promise<ServerProcess> {
    const home = await mkdtemp(join(tmpdir(), 'visavox-bench-'));
    const bin = join(root, 'platform/cli/bin/visavox.mjs');
    return new ServerProcess(home, await freePort(), { environment, bin, project: root });
  }

  /** Of another project: `make` puts it into a folder, and returns the program `visavox` there. */
  static async ofProject(
    make: (folder: string) => Promise<string>,
    environment: (home: string) => Readonly<Record<string, string>>,
  ): Promise<ServerProcess> {
    const home = await mkdtemp(join(tmpdir(), 'visavox-bench-'));
    const project = join(home, 'project');
    const bin = await make(project);
    return new ServerProcess(home, await freePort(), { environment: environment(home), bin, project });
  }

  /** Answers when the service takes sign-ins; MLflow may still be coming up. */
  async start(): Promise<void> {
    const log = createWriteStream(join(this.home, 'server.log'), { flags: 'a' });
    const child = spawn(process.execPath, [this.#bin, 'up'], {
      cwd: this.#project,
      env: {
        ...process.env,
        ...this.#environment,
        PORT: String(this.#port),
        VISAVOX_HOME: join(this.home, 'home'),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    this.#child = child;
    const deadline = Date.now() + startLimitSeconds * 1000;
    while (!(await this.#ready())) {
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new SystemError(
          `the server ended with ${child.exitCode ?? child.signalCode}:\n${this.logTail()}`,
        );
      }
      if (Date.now() > deadline) {
        throw new SystemError(`the server did not answer within ${startLimitSeconds} s:\n${this.logTail()}`);
      }
      await sleep(250);
    }
  }

  async #ready(): Promise<boolean> {
    const response = await fetch(new URL('/healthz/ready', this.url)).catch(() => null);
    return response?.ok === true;
  }

  client(patienceSeconds = 0): VisavoxClient {
    const file = join(this.home, 'home', 'secrets', 'operator.token');
    const token = existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
    return new VisavoxClient({ server: this.url, token, patienceSeconds });
  }

  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new SystemError('the server is not running');
    return pid;
  }

  get running(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Ends at once, as a power cut would end it: kill -9 of this process, not of its children. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Ends as an operator ends it; what it keeps stays, and it can be started again. */
  async shutDown(): Promise<void> {
    await this.#end('SIGTERM');
  }

  async stop(): Promise<void> {
    await this.shutDown();
    await rm(this.home, { recursive: true, force: true, maxRetries: 5, retryDelay: 500 });
  }

  async #end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (!child || !this.running) return;
    const ended = new Promise((done) => child.once('exit', done));
    child.kill(signal);
    const late = setTimeout(() => child.kill('SIGKILL'), 30_000);
    await ended;
    clearTimeout(late);
  }

  /** CPU seconds that the process itself has used, its children apart. */
  cpuSeconds(): number {
    // The name, field 2, may hold spaces and parentheses; user and system time are fields 14 and 15.
    const fields = proc(this.pid, 'stat')
      .replace(/^.*\) /s, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) / clockTicksASecond;
  }

  /** Resident memory of the process itself, its children apart, in MB. */
  residentMegabytes(): number {
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(proc(this.pid, 'status'))?.[1] ?? Number.NaN) / 1024;
  }

  logTail(): string {
    const file = join(this.home, 'server.log');
    return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(-25).join('\n') : '';
  }
}

function proc(pid: number, file: string): string {
  if (process.platform !== 'linux') {
    throw new UserError({
      kind: 'unavailable',
      code: 'linux_only',
      message: 'what a process uses is read from /proc',
      action: 'Run the benchmarks on Linux.',
    });
  }
  return readFileSync(`/proc/${pid}/${file}`, 'utf8');
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((done) => probe.listen(0, '127.0.0.1', done));
  const address = probe.address();
  await new Promise((done) => probe.close(done));
  if (address === null || typeof address === 'string') throw new SystemError('no free port was given');
  return address.port;
}

export const sleep = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));
