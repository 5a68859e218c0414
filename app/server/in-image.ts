import { resolve } from 'node:path';
import { UserError } from '@visavox/core/errors';
import type { ProjectDeclaration } from '@visavox/host/project';
import { parseSettings } from './settings.ts';
import { up } from './up.ts';

/** What an image runs: the part of a server that its settings name, until it is told to stop. */
export async function runInImage(project: ProjectDeclaration): Promise<void> {
  try {
    const settings = parseSettings(process.env, resolve(import.meta.dirname, '../..'));
    const server = await up(settings, (line) => void process.stdout.write(`${line}\n`), { project });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.stop());
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    process.stderr.write(`${error.code}: ${error.message}\n${error.action}\n`);
    process.exitCode = 1;
  }
}
