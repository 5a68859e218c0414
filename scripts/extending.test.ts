import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { linkModules } from '@visavox/pipelines/local/node-modules';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const repository = join(import.meta.dirname, '..');
const setup = process.env.VISAVOX_SETUP ?? join(repository, '.visavox', 'setup');
const python = process.env.VISAVOX_PYTHON ?? join(setup, 'python', 'bin', 'python');
const run = promisify(execFile);

interface Change {
  readonly title: string;
  readonly room: string;
  readonly diff: string;
}

const guide = readFileSync(join(repository, 'docs', 'extending.md'), 'utf8');
const changes = [...guide.matchAll(/^## (.+): `(.+)`$[\s\S]*?^```diff\n([\s\S]*?)^```$/gm)].map(
  ([, title = '', room = '', diff = '']): Change => ({ title, room, diff }),
);
const files = ({ diff }: Change) => [...diff.matchAll(/^diff --git a\/(\S+)/gm)].map(([, file = '']) => file);

let copy: string;
const inCopy = (command: string, ...words: string[]) => run(command, words, { cwd: copy });
const program = (name: string, path: string) => [join(copy, 'node_modules', name, path)];

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'visavox-extended-'));
  const isSource = (path: string) => !['node_modules', 'dist', '.visavox'].includes(basename(path));
  for (const part of ['platform', 'examples', 'package.json', 'tsconfig.json', 'vitest.config.ts'])
    await cp(join(repository, part), join(copy, part), { recursive: true, filter: isSource });
  linkModules(repository, copy);
});
afterAll(() => rm(copy, { recursive: true, force: true }));

it('adds an engine, an object store, a trigger, a model and a modality', () => {
  const titles = ['An engine', 'An object store', 'A trigger', 'A model', 'A modality'];
  expect(changes.map(({ title }) => title)).toEqual(titles);
});

describe.each(changes)('$title', (change) => {
  it('touches one room', () => {
    expect(files(change)).not.toEqual([]);
    for (const file of files(change)) expect(file).toMatch(new RegExp(`^${change.room}/`));
  });

  it('applies to the files as they are', async () => {
    const file = join(copy, 'change.diff');
    await writeFile(file, change.diff);
    await inCopy('git', 'apply', file);
  });
});

describe('what they add', () => {
  it('has the types that it says', { timeout: 300_000 }, async () => {
    const include = changes.flatMap(files).filter((file) => file.endsWith('.ts'));
    await writeFile(
      join(copy, 'tsconfig.added.json'),
      JSON.stringify({ extends: './tsconfig.json', include, exclude: [] }),
    );
    const checked = inCopy(
      process.execPath,
      ...program('typescript', 'bin/tsc'),
      '-p',
      'tsconfig.added.json',
    );
    await expect(checked.catch(({ stdout }) => stdout)).resolves.toMatchObject({ stdout: '' });
  });

  it('passes its tests', { timeout: 300_000 }, async () => {
    const tests = changes.flatMap(files).filter((file) => file.endsWith('.test.ts'));
    expect(tests).toHaveLength(2);
    const { stdout } = await inCopy(process.execPath, ...program('vitest', 'vitest.mjs'), 'run', ...tests);
    expect(stdout).toMatch(/Test Files .*2 passed/);
  });

  it('reads photographs of digits beside the sheets', async () => {
    // Nothing is trained here.
    const reading = `
import sys, pathlib
from unittest.mock import MagicMock
sys.modules.update(keras=MagicMock(), mlflow=MagicMock())
import train
from PIL import Image
folder = pathlib.Path(sys.argv[1])
(folder / "1.csv").write_text("header\\n" + ",".join(["7", *["3"] * 64]))
Image.new("L", (80, 80), 128).save(folder / "five.png")
(folder / "metadata.csv").write_text("file_name,digit\\nfive.png,5\\n")
pixels, digits, kept = train.read(folder)
print(digits.tolist(), pixels.shape, pixels[1, :2].tolist())
`;
    const folder = await mkdtemp(join(copy, 'scans-'));
    const { stdout } = await run(python, ['-c', reading, folder], { cwd: join(copy, 'examples', 'digits') });
    expect(stdout.trim()).toBe('[7, 5] (2, 64) [8.0, 8.0]');
  });
});
