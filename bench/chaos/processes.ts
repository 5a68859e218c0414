import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface SeenProcess {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** The processes of this machine that name a folder in their environment or their command, or are in it. */
export function processesOf(folder: string): readonly SeenProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name) => {
      const found = read(name);
      return found?.words.some((word) => word.includes(folder)) ? [found.seen] : [];
    });
}

/** The process that starts steps for a server. */
export function launcherOf(server: number): number | undefined {
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const seen = read(name)?.seen;
    if (seen?.parent === server && seen.command.includes("require('node:child_process')")) return seen.pid;
  }
  return undefined;
}

function read(pid: string): { readonly seen: SeenProcess; readonly words: readonly string[] } | undefined {
  try {
    const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean);
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 4).split(' ')[0]);
    const environment = Object.fromEntries(
      variables.map((variable) => {
        const at = variable.indexOf('=');
        return [variable.slice(0, at), variable.slice(at + 1)];
      }),
    );
    const words = [...variables, command, readlinkSync(`/proc/${pid}/cwd`)];
    return { seen: { pid: Number(pid), parent, command, environment }, words };
  } catch {
    return undefined; // it has ended, or is another user's
  }
}
