import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { SystemError } from '@visavox/core/errors';

/** Somebody who types commands in a folder. What is typed is remembered. */
export class Shell {
  readonly typed: string[] = [];
  readonly #folder: string;
  readonly #environment: NodeJS.ProcessEnv;

  constructor(folder: string, environment: NodeJS.ProcessEnv) {
    this.#folder = folder;
    this.#environment = environment;
  }

  /** Runs a line to its end and returns what it says. `json`: asks a command of ours for what people read as a document. */
  async type(line: string, { json = false }: { readonly json?: boolean } = {}): Promise<string> {
    this.typed.push(line);
    const child = this.#spawn(json ? `${line} --json` : line, ['ignore', 'pipe', 'pipe']);
    let [said, complained] = ['', ''];
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      complained += text;
    });
    const [code] = await once(child, 'close');
    if (code !== 0)
      throw new SystemError(`${line} ended with ${code}: ${`${said}${complained}`.slice(-3000)}`);
    return json ? said : `${said}${complained}`;
  }

  /** Starts a line that goes on. `log`: the file that it writes to. */
  begin(line: string, log: number): ChildProcess {
    this.typed.push(line);
    return this.#spawn(`exec ${line}`, ['ignore', log, log], true);
  }

  #spawn(line: string, stdio: ('ignore' | 'pipe' | number)[], detached = false): ChildProcess {
    return spawn('bash', ['-c', line], { cwd: this.#folder, env: this.#environment, stdio, detached });
  }
}

/** Ends a program that was begun, with all that it started. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = once(child, 'exit');
  process.kill(-child.pid, 'SIGTERM');
  const late = setTimeout(() => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL'), 20_000);
  await gone;
  clearTimeout(late);
}

/** Asks until it answers well, and returns what it says. */
export async function untilItAnswers(url: string, init: RequestInit, withinMs: number): Promise<string> {
  for (const until = Date.now() + withinMs; ; await new Promise((done) => setTimeout(done, 50))) {
    const answer = await fetch(url, init).catch(() => undefined);
    if (answer?.ok) return answer.text();
    const said = answer ? `${answer.status} ${await answer.text()}` : 'nothing';
    if (Date.now() > until) throw new SystemError(`${url} answers ${said.slice(0, 500)}`);
  }
}
