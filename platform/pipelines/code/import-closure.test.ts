import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { importClosures } from './import-closure.ts';
import { takeSnapshot } from './snapshot.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'visavox-project-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

async function closureOf(entry: string): Promise<readonly string[] | string> {
  const { manifest } = await takeSnapshot(root);
  const found = (await importClosures(root, { entries: [entry], manifest, path: process.env.PATH })).get(
    entry,
  );
  return typeof found === 'object' ? [...found].sort() : (found ?? 'nothing');
}

describe('what a TypeScript file needs', () => {
  it('is what it imports, in every way of importing, and the files that it names', async () => {
    write({
      'steps/fit.ts':
        "import './a.ts';\nexport { b } from './b.js';\nimport type { C } from './c.ts';\nconst d = await import('./d.mjs');\n" +
        "import table from '../data/table.json';\nnew Worker(new URL('./worker.mjs', import.meta.url));\nimport 'node:fs';\nimport zod from 'zod';\nconsole.log(d, table, zod);\n",
      'steps/a.ts': "import { e } from '../lib/e';\nconsole.log(e);\n",
      'steps/b.ts': 'export const b = 1;\n',
      'steps/c.ts': 'export type C = 1;\n',
      'steps/d.mjs': '',
      'steps/worker.mjs': "import './in-worker.mjs';\n",
      'steps/in-worker.mjs': '',
      'lib/e/index.ts': 'export const e = 1;\n',
      'data/table.json': '{}',
      'steps/other.ts': '',
    });
    expect(await closureOf('steps/fit.ts')).toEqual([
      ...['data/table.json', 'lib/e/index.ts'],
      ...[
        'steps/a.ts',
        'steps/b.ts',
        'steps/d.mjs',
        'steps/fit.ts',
        'steps/in-worker.mjs',
        'steps/worker.mjs',
      ],
    ]);
  });

  it("goes on into the project's own packages, and not into others'", async () => {
    write({
      'package.json': '{"name": "project"}',
      'packages/own/package.json': '{"name": "@project/own", "exports": {"./*": "./src/*.ts"}}',
      'packages/own/src/sum.ts': "import './deep.ts';\n",
      'packages/own/src/deep.ts': '',
      'node_modules/foreign/package.json': '{"name": "foreign", "main": "index.js"}',
      'node_modules/foreign/index.js': '',
      'fit.ts': "import '@project/own/sum';\nimport 'foreign';\nimport 'not-installed';\n",
    });
    mkdirSync(join(root, 'node_modules/@project'));
    symlinkSync('../../packages/own', join(root, 'node_modules/@project/own'));
    expect(await closureOf('fit.ts')).toEqual([
      'fit.ts',
      'packages/own/src/deep.ts',
      'packages/own/src/sum.ts',
    ]);
    rmSync(join(root, 'node_modules'), { recursive: true });
    expect(await closureOf('fit.ts')).toContain('@project/own/sum');
  });

  it('cannot be told where a file is missing or none that can be read, and others still can', async () => {
    write({ 'a.ts': "import './gone.ts';\n", 'b.ts': 'const = 1;\n', 'c.ts': '' });
    expect(await closureOf('a.ts')).toContain('gone.ts');
    expect(await closureOf('b.ts')).toContain('b.ts:1');
    const { manifest } = await takeSnapshot(root);
    const all = await importClosures(root, { entries: ['a.ts', 'c.ts'], manifest, path: undefined });
    expect(all.get('c.ts')).toEqual(new Set(['c.ts']));
  });
});

describe('what a Python file needs', () => {
  it('is what it imports, its packages, and the files that it names', async () => {
    write({
      'train.py':
        'import os, json\nimport helper\nfrom pkg.sub import thing, other as name\nfrom pkg import *\n' +
        "open('data/table.csv')\nimport numpy.linalg\nif True:\n    def f():\n        import late\n",
      'helper.py': 'from . import nothing\n',
      'late.py': '',
      'pkg/__init__.py': '',
      'pkg/sub/__init__.py': 'from ..beside import x\n',
      'pkg/sub/thing.py': 'from . import near\n',
      'pkg/sub/near.py': '',
      'pkg/beside.py': '',
      'pkg/unused.py': '',
      'data/table.csv': '',
    });
    expect(await closureOf('train.py')).toEqual([
      ...[
        'data/table.csv',
        'helper.py',
        'late.py',
        'pkg/__init__.py',
        'pkg/beside.py',
        'pkg/sub/__init__.py',
      ],
      ...['pkg/sub/near.py', 'pkg/sub/thing.py', 'train.py'],
    ]);
  });

  it('is found in src and around a package that is run as a module', async () => {
    write({
      'src/tool/__init__.py': '',
      'src/tool/train.py': 'from tool import model\nimport shared\n',
      'src/tool/model.py': '',
      'src/shared.py': '',
      'run.py':
        'import tool.train\nimport runpy\nrunpy.run_path("later.py")\nimport subprocess\nsubprocess.run(["python", "script.py"])\n',
      'later.py': '',
      'script.py': 'import shared\n',
    });
    const package_ = ['src/shared.py', 'src/tool/__init__.py', 'src/tool/model.py', 'src/tool/train.py'];
    expect(await closureOf('src/tool/train.py')).toEqual(package_);
    expect(await closureOf('run.py')).toEqual(['later.py', 'run.py', 'script.py', ...package_]);
  });

  it('cannot be told where it imports what only its run tells, or is no Python', async () => {
    write({ 'a.py': 'import importlib, sys\nimportlib.import_module(sys.argv[1])\n', 'b.py': 'def (\n' });
    expect(await closureOf('a.py')).toBe('a.py:2 imports what only its run tells');
    expect(await closureOf('b.py')).toContain('b.py is no Python');
  });
});
