import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inspectImports } from './import-direction.ts';

const repository = join(import.meta.dirname, '..');

it('lets imports of this repository go one way only', () => {
  const inspection = inspectImports(repository);
  expect(inspection.violations).toEqual([]);
  // An inspector that sees nothing would find nothing wrong.
  expect(inspection.files).toBeGreaterThan(50);
  expect(inspection.imports).toBeGreaterThan(150);
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
