import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Terminal } from './testing/terminal.ts';

/** A step that "trains": its accuracy follows from its rate and from a file of the code. */
const pipeline = `
import { component, pipeline } from '${new URL('../pipelines/definition.ts', import.meta.url).pathname}';
const train = component({
  name: 'train',
  inputs: { rate: 'number' },
  outputs: { accuracy: 'number', model: 'model' },
  command: ({ inputs, outputs }) => [
    'sh', '-c', 'node -e "process.stdout.write(String(1 - $0 * $(cat factor.txt)))" > "$1"; echo net > "$2"',
    inputs.rate, outputs.accuracy.path, outputs.model.path,
  ],
});
export default pipeline(
  { name: 'fitting', parameters: { rate: 'number' } },
  (p) => void p.task(train, p.parameters),
);
`;

let terminal: Terminal;
beforeAll(async () => {
  terminal = await Terminal.open({
    'package.json': '{ "type": "module" }',
    'pipeline.ts': pipeline,
    'factor.txt': '1',
  });
  await terminal.up();
}, 120_000);
afterAll(() => terminal.close());

const visavox = (...words: string[]) => terminal.asks(...words);
const ids = async (...words: string[]) =>
  (await visavox('runs', 'list', ...words)).runs.map(({ id }: { id: string }) => id);

describe('runs that people name', { timeout: 120_000 }, () => {
  let low: string;
  let high: string;

  it('are found by name, tags and text, and sorted by what they measured', async () => {
    const words = ['run', 'pipeline.ts', '--tag', 'team=birds'];
    ({ id: low } = await visavox(...words, '--param', 'rate=0.5', '--name', 'coarse'));
    ({ id: high } = await visavox(...words, '--param', 'rate=0.25', '--note', 'finer', '--tag', 'kind=best'));
    expect(await ids()).toEqual([high, low]);
    expect(await ids('--sort', 'accuracy', '--order', 'asc')).toEqual([low, high]);
    expect(await ids('--tag', 'team=birds', '--tag', 'kind=best')).toEqual([high]);
    expect(await ids('--find', 'COARSE')).toEqual([low]);
    expect(await ids('--pipeline', 'another')).toEqual([]);
    const { stdout, stderr } = await terminal.types('runs', 'list', '--metric', 'accuracy', '--limit', '1');
    expect(stdout).toMatch(new RegExp(`^${high.slice(0, 8)} +fitting +succeeded +0\\.75 +manual`, 'm'));
    expect(stderr).toContain('1 of 2; the next ones: --start 1');
  });

  it('list what they made, and write it to this machine', async () => {
    const { artifacts } = await visavox('runs', 'artifacts', 'coarse');
    expect(artifacts).toMatchObject([{ output: 'train/model', type: 'system.Model', bytes: 4 }]);
    // Not in the project's folder, which is code.
    const folder = `${terminal.folder}-made`;
    expect(await visavox('runs', 'download', 'coarse', folder)).toEqual({
      run: low,
      files: [join(folder, 'train', 'model')],
    });
    expect(await readFile(join(folder, 'train', 'model'), 'utf8')).toBe('net\n');
    const { code, stderr } = await terminal.types(
      'runs',
      'download',
      'coarse',
      folder,
      '--output',
      'train/net',
    );
    expect(code).not.toBe(0);
    expect(stderr).toContain('It made train/model.');
    await rm(folder, { recursive: true });
  });

  it('are meant by the beginning of their id or by their name, wherever a run is asked for', async () => {
    expect(await visavox('runs', 'show', 'coarse')).toMatchObject({ id: low, name: 'coarse' });
    expect(await visavox('runs', 'show', high.slice(0, 8))).toMatchObject({ id: high, note: 'finer' });
    expect((await terminal.types('runs', 'logs', 'coarse', 'train')).code).toBe(0);
    await visavox(
      'runs',
      'edit',
      high,
      '--name',
      'coarse',
      '--untag',
      'kind',
      '--tag',
      'team=owls',
      '--no-note',
    );
    const { error } = await visavox('runs', 'show', 'coarse');
    expect(error).toMatchObject({ code: 'run_ambiguous', action: 'Give more of the id.' });
    const edited = await visavox('runs', 'edit', high, '--name', 'fine');
    expect(edited).toMatchObject({ id: high, name: 'fine', tags: { team: 'owls' } });
    expect(edited).not.toHaveProperty('note');
  });

  it.each([
    ['a name of two lines', ['--name', 'two\nlines']],
    ['a tag without a proper key', ['--tag', '../x=1']],
  ])('refuses %s', async (_, words) => {
    expect((await visavox('runs', 'edit', low, ...words)).error).toMatchObject({ code: 'request_invalid' });
    expect(await visavox('runs', 'show', low)).toMatchObject({ name: 'coarse', tags: { team: 'birds' } });
  });

  it('are compared: what they were given, what they measured, and what their code was', async () => {
    await writeFile(join(terminal.folder, 'factor.txt'), '2');
    const { id: other } = await visavox('run', 'pipeline.ts', '--param', 'rate=0.25');
    const compared = await visavox('runs', 'compare', 'fine', other);
    expect(compared).toMatchObject({
      ...{ identical: false, values: [{ name: 'train/accuracy', a: 0.75, b: 0.5, equal: false }] },
      difference: {
        code: { added: [], removed: [], changed: [{ path: 'factor.txt' }] },
        ...{ packages: [], datasets: [] },
      },
    });
    expect(compared.difference.code.changed[0].patch).toMatch(/^-1$.*^\+2$/ms);
    const { stdout } = await terminal.types('runs', 'compare', 'coarse', 'fine', other);
    expect(stdout).toMatch(/parameter +rate +0\.5 +0\.25 +0\.25/);
    expect(stdout).toMatch(/metric +accuracy +0\.5 +0\.75 +0\.5/);
  });
});
