import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  symlinkSync,
} from 'node:fs';
import { rm, symlink } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { z } from 'zod';

const Package = z.looseObject({ name: z.string().optional() });

/**
 * Gives a tree the packages that are installed in the project on this machine, where it is a snapshot of that project:
 * its `package.json` has the same name, or neither has one. Packages of the project's own workspaces are those of the tree.
 */
export function linkModules(project: string, tree: string): void {
  const name = nameOf(tree);
  if (name === undefined || name !== nameOf(project)) return;
  if (!existsSync(join(project, 'node_modules'))) return;
  const root = realpathSync(project);
  const workspaces = linkFolder(root, join(root, 'node_modules'), join(tree, 'node_modules'), tree);
  // What npm could not put at the top, because another version is there.
  for (const workspace of workspaces) {
    const own = join(root, workspace, 'node_modules');
    if (existsSync(own) && existsSync(join(tree, workspace)))
      linkFolder(root, own, join(tree, workspace, 'node_modules'), tree);
  }
}

/** Gives a folder of a tree the packages that were installed in `from`, in place of those of the project; returns where they are. */
export async function replaceModules(from: string, folder: string): Promise<string> {
  const place = join(folder, 'node_modules');
  await rm(place, { recursive: true, force: true });
  await symlink(join(from, 'node_modules'), place);
  return place;
}

/** Returns the workspaces that are linked from it, relative to the project. */
function linkFolder(root: string, from: string, to: string, tree: string): string[] {
  if (lstatSync(to, { throwIfNoEntry: false })) return [];
  mkdirSync(to, { mode: 0o700 });
  const workspaces: string[] = [];
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.name === '.bin' && entry.isDirectory()) copyLinks(source, target);
    else if (entry.name.startsWith('.')) continue;
    else if (entry.name.startsWith('@') && entry.isDirectory())
      workspaces.push(...linkFolder(root, source, target, tree));
    else {
      const workspace = entry.isSymbolicLink() ? insideOf(root, source) : undefined;
      symlinkSync(
        workspace === undefined ? source : relative(dirname(target), join(tree, workspace)),
        target,
      );
      if (workspace !== undefined) workspaces.push(workspace);
    }
  }
  return workspaces;
}

/** Programs lead to packages beside them, and so to those of the tree. */
function copyLinks(from: string, to: string): void {
  mkdirSync(to, { mode: 0o700 });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    symlinkSync(entry.isSymbolicLink() ? readlinkSync(source) : source, join(to, entry.name));
  }
}

/** Where a link leads to inside the project, outside of what is installed. */
function insideOf(root: string, link: string): string | undefined {
  const end = existsSync(link) ? relative(root, realpathSync(link)) : '..';
  return end.startsWith('..') || end.split(sep).includes('node_modules') ? undefined : end;
}

/** Empty where `package.json` names none, as npm makes it in an empty folder; undefined without one. */
function nameOf(folder: string): string | undefined {
  try {
    return Package.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))).name ?? '';
  } catch {
    return undefined; // no package of npm
  }
}
