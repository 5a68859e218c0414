import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { processesOf } from './processes.ts';
import type { Stage } from './stage.ts';

/** Processes and folders that nobody needs any more, once the server has been shut down. */
export function leftOver({ server, home, temporary }: Stage): readonly string[] {
  const processes = processesOf(server.home).map(
    ({ pid, command }) => `process ${pid} is left over: ${command.slice(0, 200)}`,
  );
  const runs = join(home, 'runs');
  const folders = readdirSync(runs)
    .map((run) => join(runs, run, 'tasks'))
    .filter(existsSync);
  const code = readdirSync(join(runs, '.code'), { recursive: true })
    .map(String)
    .filter((name) => name.startsWith('tree-') || name.endsWith('.new'))
    .map((name) => join(runs, '.code', name));
  // What runs TypeScript from a clone keeps what it compiled.
  const other = readdirSync(temporary)
    .filter((name) => !name.startsWith('tsx-'))
    .map((name) => join(temporary, name));
  return [...processes, ...[...folders, ...code, ...other].map((folder) => `${folder} is left over`)];
}
