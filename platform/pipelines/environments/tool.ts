import { spawn } from 'node:child_process';
import { access, constants, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';

/** Runs the programs that make environments, and tells a task's log what they say. */
export interface ToolContext {
  readonly environment: Readonly<Record<string, string>>;
  readonly log: (text: string) => Promise<void>;
  /** The command as it is to be started. */
  readonly wall?: ((command: readonly string[]) => Promise<readonly string[]>) | undefined;
}

export interface ToolResult {
  readonly succeeded: boolean;
  readonly output: string;
  readonly errors: string;
}

/** How packages are reached from this machine: proxies, certificates, indexes. Steps are not given them. */
export function toolSettings(): Record<string, string> {
  const names = /^(UV_|SSL_CERT_|XDG_|(HTTPS?|ALL|NO)_PROXY$)/i;
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      names.test(name) && value !== undefined ? [[name, value]] : [],
    ),
  );
}

/** The program of this name on a PATH, or undefined. */
export async function findProgram(name: string, path: string): Promise<string | undefined> {
  const candidates = name.includes('/') ? [name] : path.split(delimiter).map((folder) => join(folder, name));
  for (const candidate of candidates) {
    if (!isAbsolute(candidate)) continue;
    const usable = await access(candidate, constants.X_OK).then(
      async () => (await stat(candidate)).isFile(),
      () => false,
    );
    if (usable) return candidate;
  }
  return undefined;
}

/** What it writes to its standard error goes to the log; what it writes to its standard output is returned. */
export async function runTool(
  command: readonly string[],
  { environment, log, wall = async (open) => open }: ToolContext,
  { input = '', folder }: { readonly input?: string; readonly folder?: string } = {},
): Promise<ToolResult> {
  const [program = '', ...words] = await wall(command);
  const child = spawn(program, words, {
    env: environment,
    cwd: folder,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const texts = { output: '', errors: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    texts.output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    texts.errors += text;
  });
  child.stdin.on('error', () => {}); // it may end without reading
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (texts.errors !== '') await log(texts.errors);
  return { succeeded: code === 0, ...texts };
}

/** Writes a finished folder to the disk: a machine that stops must not leave empty files under its name. */
export async function syncFolder(folder: string, context: ToolContext): Promise<void> {
  if (await findProgram('sync', context.environment.PATH ?? ''))
    await runTool(['sync', '-f', folder], context);
}
