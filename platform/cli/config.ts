import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { UserError } from '@visavox/core/errors';
import type { CommandPlugin } from './plugin.ts';

/** The default export of `visavox.config.ts`: which commands a project adds to the platform's own. */
export interface ProjectConfig {
  readonly plugins: readonly (() => Promise<{ plugin: CommandPlugin }>)[];
}

export function defineProject(config: ProjectConfig): ProjectConfig {
  return config;
}

/** The nearest folder upwards that has a `visavox.config.ts`; this installation's own where there is none. */
export function findProject(from: string): string {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'visavox.config.ts'))) return folder;
    if (dirname(folder) === folder) return resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');
  }
}

export async function loadPlugins(project: string): Promise<readonly CommandPlugin[]> {
  const file = join(project, 'visavox.config.ts');
  if (!existsSync(file)) return [];
  const loaded: { default?: ProjectConfig } = await import(pathToFileURL(file).href);
  if (!loaded.default) {
    throw new UserError({
      kind: 'invalid',
      code: 'config_without_default',
      message: `${file} has no default export`,
      action: 'Export default defineProject({ plugins: [...] }).',
    });
  }
  return Promise.all(loaded.default.plugins.map(async (load) => (await load()).plugin));
}
