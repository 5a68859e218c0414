import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf, UserError } from '@visavox/core/errors';
import { checkDeclaration } from '@visavox/host/check-project';
import { pluginFailed } from '@visavox/host/plugin-fault';
import type { ProjectDeclaration } from '@visavox/host/project';
import type { CommandPlugin } from './plugin.ts';

/** The default export of `visavox.config.ts`: what a project adds to the platform. All but its name may be left out. */
export type ProjectConfig = ProjectDeclaration<CommandPlugin>;

export function defineProject(config: ProjectConfig): ProjectConfig {
  return config;
}

/** What makes a folder a project: its declaration in TypeScript, or in YAML. */
export const configFiles = ['visavox.config.ts', 'visavox.config.yaml'] as const;

/** The nearest folder upwards that has one of these files, or the data of a platform that was started there without one. */
export function findProject(from: string): string | undefined {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const marks = [...configFiles, join('.visavox', 'home')];
    if (marks.some((mark) => existsSync(join(folder, mark)))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

/** The project that this program is part of or was installed in; none where it stands by itself. */
const itsProject = findProject(import.meta.dirname);

/** Where set-up puts what it makes for a project, unless VISAVOX_SETUP says otherwise: beside the program, once for all that it starts. */
export function setUpFolder(project: string): string {
  return join(itsProject ?? project, '.visavox', 'setup');
}

/** What is started in a folder of no project belongs to that folder. */
export function projectToStart(from: string): string {
  return findProject(from) ?? resolve(from);
}

/** What is asked from a folder of no project is asked with the commands of the project that this program belongs to. */
export function projectToAsk(from: string): string {
  return findProject(from) ?? itsProject ?? resolve(from);
}

/** What the project in this folder declares; nothing but a name where it declares nothing. */
export async function loadConfig(project: string): Promise<ProjectConfig> {
  const [file, another] = configFiles.map((name) => join(project, name)).filter((path) => existsSync(path));
  if (file === undefined) return { name: nameOf(project) };
  if (another !== undefined) throw declaredTwice(project);
  if (file.endsWith('.yaml')) {
    const { readProjectFile } = await import('@visavox/host/project-file');
    const declared = await readProjectFile(file);
    checkDeclaration(declared);
    return declared;
  }
  const loaded: { default?: ProjectConfig } = await import(pathToFileURL(file).href).catch(
    (cause: unknown) => {
      throw new UserError({
        kind: 'invalid',
        code: 'config_unreadable',
        message: `${file} cannot be loaded: ${messageOf(cause)}`,
        action: 'Correct it, or move it away to do without.',
        cause,
      });
    },
  );
  if (!loaded.default) {
    throw new UserError({
      kind: 'invalid',
      code: 'config_without_default',
      message: `${file} has no default export`,
      action: "Export default defineProject({ name: 'my-project' }).",
    });
  }
  checkDeclaration(loaded.default);
  return loaded.default;
}

function declaredTwice(project: string): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'config_twice',
    message: `${project} has both ${configFiles.join(' and ')}`,
    action: 'Keep one of them.',
  });
}

function nameOf(project: string): string {
  const plain = basename(project)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  return plain.slice(0, 60) || 'project';
}

export async function loadCommands({ commands = [] }: ProjectConfig): Promise<readonly CommandPlugin[]> {
  return Promise.all(
    commands.map(async (load, index) => {
      try {
        return (await load()).plugin;
      } catch (cause) {
        throw pluginFailed(`commands.${index}`, cause);
      }
    }),
  );
}
