import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findCircles, inspectImports } from './import-direction.ts';

const repository = join(import.meta.dirname, '..');

it('lets imports of this repository go one way only', () => {
  const inspection = inspectImports(repository);
  expect(inspection.violations).toEqual([]);
  // An inspector that sees nothing would find nothing wrong.
  expect(inspection.files).toBeGreaterThan(50);
  expect(inspection.imports).toBeGreaterThan(150);
});

it('has no two files that import each other, however far around', { timeout: 300_000 }, async () => {
  expect(await findCircles(repository, ['platform', 'recognition', 'app', 'bench', 'deploy'])).toEqual([]);
});

describe('the inspector', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'imports-'));
    write('recognition/package.json', '{ "name": "@visavox/recognition" }');
    write('recognition/recogniser.ts', 'export const recogniser = 1;');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function write(file: string, text: string): void {
    mkdirSync(join(root, file, '..'), { recursive: true });
    writeFileSync(join(root, file), text);
  }

  it.each([
    ['a package import', "import { recogniser } from '@visavox/recognition/recogniser';"],
    ['a relative import', "import { recogniser } from '../../recognition/recogniser.ts';"],
    ['a type import', "export type R = import('@visavox/recognition/recogniser').R;"],
    ['a dynamic import', "await import('@visavox/recognition/recogniser');"],
    ['a re-export', "export { recogniser } from '@visavox/recognition/recogniser';"],
  ])('sees the platform reach for the recogniser through %s', (_how, text) => {
    write('platform/control/controller.ts', text);
    expect(inspectImports(root).violations).toMatchObject([
      { file: 'platform/control/controller.ts', reason: 'platform/control may not import recognition' },
    ]);
  });

  it('sees a module of JavaScript reach for the recogniser', () => {
    write('platform/serving/worker.mjs', "import { recogniser } from '../../recognition/recogniser.ts';");
    expect(inspectImports(root).violations).toMatchObject([
      { file: 'platform/serving/worker.mjs', reason: 'platform/serving may not import recognition' },
    ]);
  });

  it('sees the host reach for sign-in, and the API for the host', () => {
    write('app/server/package.json', '{ "name": "@visavox/server" }');
    write('platform/host/package.json', '{ "name": "@visavox/host" }');
    write('platform/host/up.ts', "import { signIn } from '@visavox/server/project';");
    write('platform/api/routes.ts', "import { up } from '@visavox/host/up';");
    expect(inspectImports(root).violations).toMatchObject([
      { reason: 'platform/api may not import platform/host' },
      { reason: 'platform/host may not import app/server' },
    ]);
  });

  it('sees circles of types and of modules', { timeout: 60_000 }, async () => {
    write('platform/core/run.ts', "import type { Task } from './task.ts'; export type Run = Task[];");
    write('platform/core/task.ts', "import type { Run } from './run.ts'; export type Task = Run | null;");
    write('app/page.mjs', "import './part.mjs';");
    write('app/part.mjs', "import './page.mjs';");
    const circles = await findCircles(root, ['platform', 'app']);
    expect(circles.join('\n')).toMatch(/platform\/core\/(run|task)\.ts -> platform\/core/);
    expect(circles.join('\n')).toMatch(/app\/(page|part)\.mjs -> app/);
    expect(circles).toHaveLength(2);
  });

  it('lets the page have what runs anywhere, and nothing else of the recogniser', () => {
    write('recognition/face-finding/sampling.ts', 'export const sample = 1;');
    write('app/web/main.ts', "import { sample } from '@visavox/recognition/face-finding/sampling';");
    write('app/web/other.ts', "import { recogniser } from '@visavox/recognition/recogniser';");
    expect(inspectImports(root).violations).toMatchObject([
      { file: 'app/web/other.ts', reason: 'app/web may not import recognition' },
    ]);
  });

  it.each([
    ['a package', "import sharp from 'sharp';", 'recognition/face-finding brings no packages along'],
    [
      'Node',
      "import { readFile } from 'node:fs/promises';",
      'recognition/face-finding brings no packages along',
    ],
    [
      'the rest of the recogniser',
      "import { recogniser } from '../recogniser.ts';",
      'recognition/face-finding may not import recognition',
    ],
  ])('sees what runs anywhere reach for %s', (_what, text, reason) => {
    write('recognition/face-finding/sampling.ts', text);
    expect(inspectImports(root).violations).toMatchObject([{ reason }]);
  });

  it('sees input and output in core', () => {
    write('platform/core/dataset.ts', "import { readFileSync } from 'node:fs';");
    expect(inspectImports(root).violations).toMatchObject([{ reason: 'core does no input or output' }]);
  });
});
