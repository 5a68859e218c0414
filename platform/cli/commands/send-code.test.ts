import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { projectOf } from './send-code.ts';

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'visavox-project-')));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), '');
}

describe('the folder that a run takes along', () => {
  it.each([
    ['the project that is configured around the pipeline', ['.git/HEAD', 'ml/visavox.config.ts'], 'ml'],
    ['the repository, whatever packages are in it', ['.git/HEAD', 'ml/pyproject.toml'], '.'],
    ['the package, where there is no repository', ['ml/pyproject.toml', 'package.json'], 'ml'],
    ["the pipeline's own, where nothing says more", [], 'ml/pipelines'],
  ])('is that of %s', (_, files, folder) => {
    write('ml/pipelines/train.ts');
    for (const file of files) write(file);
    expect(projectOf(join(root, 'ml/pipelines/train.ts'))).toBe(join(root, folder));
  });
});
