import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { SystemError } from '@visavox/core/errors';
import {
  type Decoded,
  FromDecodingProcess,
  sizeOf,
  type ToDecodingProcess,
  type What,
} from './decoding-messages.ts';
import { SharedArea } from './shared-area.ts';

export interface Content {
  readonly decoded: Decoded;
  /** Pixels or samples. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface ProcessLimits {
  /** Of processor time where the system tells it: a machine that is busy otherwise makes no file a bad one. */
  readonly deadlineMs: number;
  /** More for each file after the first. */
  readonly deadlineEachMs: number;
  readonly megabytes: number;
  /** Whether everything else goes first. */
  readonly patient: boolean;
}

const startWithinMs = 30_000;
const lookEveryMs = 50;
/** On the clock everything may take so many times as long as of processor time. */
const clockOverProcessor = 8;
const keptErrors = 2000;

/** A process ended while it had a job. */
export class DecodingEnded extends SystemError {
  /** Whether it was ended because of what the job took; else it died of itself, or something else killed it. */
  readonly deliberately: boolean;

  constructor(reason: string, deliberately: boolean) {
    super(`the process that decodes is gone: ${reason}`);
    this.deliberately = deliberately;
  }
}

/** A process that decodes one job at a time; a job that it dies of, or that takes too much, ends it. */
export class DecodingProcess {
  readonly #child: ChildProcess;
  readonly #area: SharedArea;
  readonly #limits: ProcessLimits;
  readonly #ended: Promise<string>;
  #errors = '';
  #reason: string | undefined;
  #alive = true;
  #receive: ((message: FromDecodingProcess) => void) | undefined;

  private constructor(limits: ProcessLimits) {
    this.#limits = limits;
    this.#area = SharedArea.create();
    this.#child = spawn(
      process.execPath,
      ['--max-old-space-size=128', fileURLToPath(new URL('./decoding-process.mjs', import.meta.url))],
      { stdio: ['ignore', 'ignore', 'pipe', this.#area.descriptor, 'ipc'], env: environment() },
    );
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors = (this.#errors + text).slice(-keptErrors);
    });
    this.#child.on('message', (message) => {
      const parsed = FromDecodingProcess.safeParse(message);
      if (parsed.success) this.#receive?.(parsed.data);
      else this.end('it said something else than what it decoded');
    });
    this.#ended = new Promise((resolve) => {
      const end = (reason: string) => {
        if (!this.#alive) return;
        this.#alive = false;
        this.#area.close();
        resolve(this.#reason ?? `${reason}${this.#errors === '' ? '' : `: ${this.#errors.trim()}`}`);
      };
      this.#child.once('error', (error) => end(error.message));
      this.#child.once('exit', (code, signal) => end(`it ended with ${signal ?? code}`));
    });
  }

  /** Resolves when it can decode. */
  static async start(limits: ProcessLimits): Promise<DecodingProcess> {
    const started = new DecodingProcess(limits);
    const timer = setTimeout(() => started.end('it did not start in time'), startWithinMs);
    try {
      await started.#next();
      if (limits.patient) yieldToOthers(started.#child);
      return started;
    } finally {
      clearTimeout(timer);
    }
  }

  get alive(): boolean {
    return this.#alive;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** In groups, as they come. Throws {@link DecodingEnded} when it dies or is ended; stopping early ends it too. */
  async *run(what: What, files: readonly Uint8Array[]): AsyncGenerator<readonly Content[]> {
    if (!this.#alive) throw new DecodingEnded('it ended before it was used', false);
    const { deadlineMs, deadlineEachMs, megabytes } = this.#limits;
    const start = files.reduce((sum, { length }) => sum + length, 0);
    let at = 0;
    for (const file of files) {
      this.#area.write(file, at);
      at += file.length;
    }
    const guard = this.#guard({ limitMs: deadlineMs + deadlineEachMs * (files.length - 1), megabytes });
    let finished = false;
    try {
      this.#tell({ kind: 'decode', what, lengths: files.map(({ length }) => length) });
      while (!finished) {
        const message = await this.#next();
        if (message.kind !== 'decoded') throw this.#broken('it started anew');
        const contents = this.#read(message.results, start);
        finished = !message.more;
        if (finished) this.#area.clear();
        guard.pause();
        yield contents;
        guard.resume();
        if (!finished) this.#tell({ kind: 'more' });
      }
    } finally {
      guard.stop();
      if (!finished) this.end('its job was given up');
    }
  }

  end(reason: string): void {
    this.#reason ??= reason;
    this.#child.kill('SIGKILL');
  }

  async close(): Promise<void> {
    this.end('it was closed');
    await this.#ended;
  }

  #read(results: readonly Decoded[], start: number): Content[] {
    let at = start;
    return results.map((decoded) => {
      // Memory of its own: a slice of Node's pool would keep the pool.
      const bytes = new Uint8Array(new ArrayBuffer(sizeOf(decoded)));
      this.#area.read(bytes, at);
      at += bytes.length;
      return { decoded, bytes };
    });
  }

  #tell(message: ToDecodingProcess): void {
    if (this.#alive && this.#child.connected) this.#child.send(message, () => undefined);
  }

  async #next(): Promise<FromDecodingProcess> {
    const message = new Promise<FromDecodingProcess>((resolve) => {
      this.#receive = resolve;
    });
    const ended = this.#ended.then((reason): never => {
      throw new DecodingEnded(reason, this.#reason !== undefined);
    });
    return Promise.race([message, ended]);
  }

  #broken(reason: string): DecodingEnded {
    this.end(reason);
    return new DecodingEnded(reason, true);
  }

  /** Ends the process when its job has used up its time or its memory. */
  #guard({ limitMs, megabytes }: { limitMs: number; megabytes: number }) {
    const before = usageOf(this.#child.pid)?.processorMs ?? 0;
    let clockMs = 0;
    let last = performance.now();
    let working = true;
    const timer = setInterval(() => {
      const now = performance.now();
      if (working) clockMs += now - last;
      last = now;
      const usage = usageOf(this.#child.pid);
      const late = usage ? usage.processorMs - before > limitMs : clockMs > limitMs;
      if (late || clockMs > limitMs * clockOverProcessor)
        this.end(`a file took longer than ${limitMs / 1000} s`);
      else if (usage && usage.megabytes > megabytes) this.end(`a file took more than ${megabytes} MB`);
    }, lookEveryMs);
    return {
      pause: () => {
        working = false;
      },
      resume: () => {
        working = true;
        last = performance.now();
      },
      stop: () => clearInterval(timer),
    };
  }
}

/** What decodes hostile files knows no secrets. */
function environment(): NodeJS.ProcessEnv {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'LD_LIBRARY_PATH', 'SystemRoot'];
  const own = kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]));
  return { ...Object.fromEntries(own), MALLOC_ARENA_MAX: '2' };
}

function yieldToOthers({ pid }: ChildProcess): void {
  if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
}

const pageBytes = 4096;
/** Clock ticks a second in /proc: 100 on every Linux that is in use. */
const tickMs = 10;

/** Undefined where the system does not tell, and of a process that has ended. */
function usageOf(pid: number | undefined): { processorMs: number; megabytes: number } | undefined {
  if (process.platform !== 'linux' || pid === undefined) return undefined;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name before it may hold spaces and brackets; user and system time, resident pages.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return {
      processorMs: (Number(fields[11]) + Number(fields[12])) * tickMs,
      megabytes: (Number(fields[21]) * pageBytes) / 1024 / 1024,
    };
  } catch {
    return undefined;
  }
}
