import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import ts from 'typescript';

/**
 * A room may import itself and the rooms named here, nothing else. The order is the flow of `ARCHITECTURE.md`; a room
 * inside another one stands before it.
 */
export const allowedImports: Readonly<Record<string, readonly string[]>> = {
  'platform/core': [],
  'platform/pipelines': ['platform/core'],
  'platform/control': ['platform/core'],
  'platform/serving': ['platform/core'],
  'platform/adapters': ['platform/core', 'platform/pipelines', 'platform/control', 'platform/serving'],
  'platform/api': ['platform/core', 'platform/pipelines', 'platform/control', 'platform/adapters'],
  // Pages in a browser: they know the server by its OpenAPI document only.
  'platform/console': [],
  'platform/host': [
    'platform/core',
    'platform/pipelines',
    'platform/serving',
    'platform/control',
    'platform/adapters',
    'platform/api',
    'platform/console',
  ],
  // Written as somebody outside would.
  examples: ['platform/pipelines', 'platform/control', 'platform/cli'],
  'platform/cli/templates': ['platform/pipelines', 'platform/control', 'platform/cli'],
  'platform/cli': ['platform/core', 'platform/pipelines', 'platform/api', 'platform/host'],
  // A package of Python's: it knows the server by its OpenAPI document only.
  'platform/python': [],
  'recognition/face-finding': ['platform/core'],
  recognition: [
    'recognition/face-finding',
    'platform/core',
    'platform/pipelines',
    'platform/serving',
    'platform/adapters',
    'platform/control',
    'platform/cli',
  ],
  'app/client': ['platform/core', 'platform/cli'],
  'app/simulation': [
    'platform/core',
    'platform/cli',
    'recognition/face-finding',
    'recognition',
    'app/client',
  ],
  'app/server': [
    'platform/core',
    'platform/pipelines',
    'platform/serving',
    'platform/control',
    'platform/adapters',
    'platform/api',
    'platform/host',
    'recognition/face-finding',
    'recognition',
  ],
  'app/web': ['platform/console', 'recognition/face-finding'],
};

/** Runs in browsers as well, so it brings no packages along, nor Node's modules. */
const runsAnywhere = 'recognition/face-finding';

/** Node's modules that read or write the world: `core` may use none of them. */
const inputAndOutput =
  /^(node:)?(fs|fs\/promises|net|http|https|http2|child_process|worker_threads|dgram|dns|cluster|tls|readline|process)$/;

export interface Violation {
  readonly file: string;
  readonly imported: string;
  readonly reason: string;
}

export interface Inspection {
  readonly files: number;
  readonly imports: number;
  readonly violations: readonly Violation[];
}

/** Reads every source file below `root` with TypeScript's own parser and holds its imports against the rules. */
export function inspectImports(root: string): Inspection {
  const rooms = Object.keys(allowedImports);
  const names = packageNames(root, rooms);
  const violations: Violation[] = [];
  let imports = 0;
  const files = [...new Set(rooms.flatMap((room) => sourcesBelow(join(root, room))))];
  for (const path of files) {
    const file = relative(root, path);
    const room = roomOf(file, rooms);
    if (!room) continue;
    const isTest = /\.(test|contract)\.tsx?$|\/testing[./]/.test(file);
    for (const imported of importsOf(path)) {
      imports += 1;
      const place = imported.startsWith('.')
        ? relative(root, resolve(path, '..', imported))
        : placeOf(imported, names);
      const target = place === undefined ? undefined : roomOf(place, rooms);
      if (
        target &&
        target !== room &&
        !allowedImports[room]?.includes(target) &&
        !(isTest && mayTestWith(room, target))
      ) {
        violations.push({ file, imported, reason: `${room} may not import ${target}` });
      }
      if (room === 'platform/core' && !isTest && inputAndOutput.test(imported)) {
        violations.push({ file, imported, reason: 'core does no input or output' });
      }
      if (room === runsAnywhere && !isTest && place === undefined) {
        violations.push({ file, imported, reason: `${room} brings no packages along` });
      }
    }
  }
  return { files: files.length, imports, violations };
}

/**
 * Tests of pages and of the Python package drive the real server, some with synthetic people, those of the controller
 * an engine that admits what the real ones admit; a test ships to nobody.
 */
function mayTestWith(room: string, target: string): boolean {
  if (room === 'platform/control') return target === 'platform/pipelines';
  // The provider that the API's own tests sign in by, and models that a test made.
  if (room === 'platform/console' && (target === 'platform/api' || target === 'platform/serving'))
    return true;
  if (room === 'platform/console' || room === 'platform/python')
    return target === 'platform/cli' || target === 'platform/pipelines';
  // Somebody who types commands serves models that a test made.
  if (room === 'platform/cli') return target === 'platform/serving';
  const pages = target.startsWith('app/') || target === 'platform/console';
  return room.startsWith('app/') && (pages || target === 'recognition');
}

function packageNames(root: string, rooms: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    rooms
      .filter((room) => existsSync(join(root, room, 'package.json')))
      .map((room) => [
        JSON.parse(readFileSync(join(root, room, 'package.json'), 'utf8')).name as string,
        room,
      ]),
  );
}

/** The file that an import of one of our packages means; undefined for other people's. */
function placeOf(imported: string, names: ReadonlyMap<string, string>): string | undefined {
  const parts = imported.split('/');
  const length = imported.startsWith('@') ? 2 : 1;
  const folder = names.get(parts.slice(0, length).join('/'));
  return folder && [folder, ...parts.slice(length)].join('/');
}

function roomOf(file: string, rooms: readonly string[]): string | undefined {
  return rooms.find((room) => file === room || file.startsWith(`${room}/`));
}

function sourcesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      return entry.name === 'node_modules' || entry.name === 'dist' ? [] : sourcesBelow(path);
    return /\.(tsx?|m[jt]s)$/.test(entry.name) ? [path] : [];
  });
}

function importsOf(path: string): string[] {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, false);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (
      (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) &&
      node.moduleSpecifier &&
      ts.isStringLiteral(node.moduleSpecifier)
    ) {
      found.push(node.moduleSpecifier.text);
    }
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [argument] = node.arguments;
      if (argument && ts.isStringLiteral(argument)) found.push(argument.text);
    }
    if (
      ts.isImportTypeNode(node) &&
      ts.isLiteralTypeNode(node.argument) &&
      ts.isStringLiteral(node.argument.literal)
    ) {
      found.push(node.argument.literal.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Files that import each other in a circle, types included, each circle once. `root` has the folders. */
export async function findCircles(root: string, folders: readonly string[]): Promise<readonly string[]> {
  const { cruise } = await import('dependency-cruiser');
  const { output } = await cruise(
    folders.filter((folder) => existsSync(join(root, folder))),
    {
      ...{ baseDir: root, validate: true, tsPreCompilationDeps: true },
      exclude: { path: '(^|/)node_modules/(?!@visavox/|visavox/)' },
      ruleSet: { forbidden: [{ name: 'circle', severity: 'error', from: {}, to: { circular: true } }] },
    },
    { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'], extensions },
  );
  if (typeof output === 'string') throw new Error(output);
  return output.summary.violations.map(({ cycle = [] }) => cycle.map(({ name }) => name).join(' -> '));
}

const extensions = ['.ts', '.tsx', '.mjs', '.js'];
