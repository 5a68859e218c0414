import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type StartedPlatform, startUp, stop } from './start-up.ts';

const bin = join(import.meta.dirname, '..', 'bin', 'visavox.mjs');
const { VISAVOX_HOME, VISAVOX_SECRETS, VISAVOX_TOKEN, ...inherited } = process.env;

/** Somebody who types commands in a project's folder, and the server of that project. */
export class Terminal {
  readonly folder: string;
  readonly #environment: NodeJS.ProcessEnv;
  #server: StartedPlatform | undefined;
  url = '';

  private constructor(folder: string, environment: NodeJS.ProcessEnv) {
    this.folder = folder;
    this.#environment = environment;
  }

  /** In a new folder with these files. */
  static async open(
    files: Readonly<Record<string, string>>,
    environment: NodeJS.ProcessEnv = {},
  ): Promise<Terminal> {
    const folder = await mkdtemp(join(tmpdir(), 'visavox-terminal-'));
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    return Terminal.at(folder, environment);
  }

  static at(folder: string, environment: NodeJS.ProcessEnv = {}): Terminal {
    return new Terminal(folder, { ...inherited, ...environment });
  }

  async up(): Promise<void> {
    this.#server = startUp({ bin, folder: this.folder, environment: this.#environment });
    this.url = await this.#server.url;
  }

  /** With more in the environment of the server. */
  async restart(more: NodeJS.ProcessEnv = {}): Promise<void> {
    if (this.#server) await stop(this.#server);
    this.#server = startUp({ bin, folder: this.folder, environment: { ...this.#environment, ...more } });
    this.url = await this.#server.url;
  }

  /** As `kill -9` does. */
  killServer(): void {
    this.#server?.process.kill('SIGKILL');
  }

  types(...words: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const env = { ...this.#environment, VISAVOX_SERVER: this.url };
    return new Promise((done) => {
      execFile(process.execPath, [bin, ...words], { cwd: this.folder, env }, (error, stdout, stderr) => {
        done({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
      });
    });
  }

  /** What a command says with `--json`, also of what is wrong. */
  async asks(...words: string[]) {
    const { stdout } = await this.types(...words, '--json');
    return JSON.parse(stdout);
  }

  async close(): Promise<void> {
    if (this.#server) await stop(this.#server);
    await rm(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}
