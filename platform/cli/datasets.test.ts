import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readProjectFile } from '@visavox/host/project-file';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Terminal } from './testing/terminal.ts';

const pipelines = new URL('../pipelines/', import.meta.url).pathname;

const pipeline = `
import { component, pipeline } from '${pipelines}definition.ts';
import { requireRules } from '${pipelines}validation/component.ts';
const count = component({
  name: 'count',
  inputs: { data: 'dataset-version' },
  outputs: { lines: 'string' },
  command: ({ inputs, outputs }) => ['sh', '-c', 'wc -l < "$0"/visits.csv > "$1"', inputs.data.path, outputs.lines.path],
});
export default pipeline({ name: 'counting', parameters: { data: 'dataset-version' } }, (p) => {
  p.task(count, { data: p.parameters.data }).after(requireRules(p, p.parameters.data, 'rules.yaml'));
});
`;

const rules = `
columns:
  patient: { dtype: str }
  width: { dtype: float64, checks: { greater_than: 0 } }
`;

const config = `
name: birds
datasets:
  guarded: { rules: rules.yaml }
`;

const visits = (width: (row: number) => string) =>
  `patient,width\n${Array.from({ length: 60 }, (_, row) => `p${Math.floor(row / 3)},${width(row)}`).join('\n')}\n`;

let terminal: Terminal;
beforeAll(async () => {
  terminal = await Terminal.open({
    ...{ 'package.json': '{ "type": "module" }', 'visavox.config.yaml': config },
    ...{
      'pipeline.ts': pipeline,
      'rules.yaml': rules,
      'slip.yaml': 'columns: { width: { greater_then: 0 } }\n',
    },
  });
  for (const [folder, text] of [
    ['good', visits((row) => `${row + 1}.5`)],
    ['bad', visits((row) => (row === 6 ? '-2' : `${row + 1}.5`))],
  ] as const) {
    await mkdir(join(terminal.folder, folder));
    await writeFile(join(terminal.folder, folder, 'visits.csv'), text);
  }
  await terminal.up();
}, 120_000);
afterAll(() => terminal.close());

const visavox = (...words: string[]) => terminal.asks(...words);

describe('rules of a dataset', { timeout: 400_000 }, () => {
  it('are those of a file: what breaks them is named by column, rule, count and line', async () => {
    const { digest } = await visavox('data', 'import', 'bad', '--name', 'visits');
    const validation = await visavox('data', 'validate', 'visits', '--rules', 'rules.yaml');
    expect(validation).toMatchObject({
      dataset: digest,
      report: {
        ...{ passed: false, of: 'rows', rows: 60, brokenRows: 1, library: 'pandera 0.35.0' },
        broken: [
          {
            ...{ column: 'width', check: 'greater_than(0)', rows: 1 },
            examples: [{ item: 'visits.csv', row: 7, line: 8, value: '-2.0' }],
          },
        ],
      },
    });
    const { code, stdout } = await terminal.types('data', 'validate', 'visits', '--rules', 'rules.yaml');
    expect({ code, stdout }).toEqual({ code: 1, stdout: validation.report.text });
    expect(stdout).toContain('| width  | greater_than(0) | 1    | -2.0 (visits.csv, line 8) |');
  });

  it('with a slip in them are refused, as are none at all', async () => {
    expect((await visavox('data', 'validate', 'visits', '--rules', 'slip.yaml')).error).toMatchObject({
      code: 'rules_invalid',
      message: expect.stringContaining('the column "width": there is no "greater_then"'),
    });
    expect((await visavox('data', 'validate', 'visits')).error.code).toBe('rules_missing');
    expect((await visavox('data', 'validate', 'visits', '--rules', 'nowhere.yaml')).error.code).toBe(
      'rules_unreadable',
    );
  });

  it('that the project declares keep a version from being made that breaks them', async () => {
    const refused = await terminal.types('data', 'import', 'bad', '--name', 'guarded');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('-2.0 (visits.csv, line 8)');
    const { datasets } = await visavox('data', 'list');
    expect(datasets.map(({ name }: { name: string }) => name)).toEqual(['visits']);
    await visavox('data', 'import', 'good', '--name', 'guarded');
    expect((await visavox('data', 'validate', 'guarded')).report.passed).toBe(true);
  });

  it('stop a pipeline with the report, which is an artifact as well', async () => {
    const stopped = await visavox('run', 'pipeline.ts', '--param', 'data=visits');
    expect(stopped.state).toBe('failed');
    const { tasks } = await visavox('runs', 'show', stopped.id);
    const state = (name: string) => tasks.find((task: { name: string }) => task.name === name);
    expect(state('validate-dataset')).toMatchObject({
      state: 'succeeded',
      outputs: { parameters: { passed: false } },
    });
    expect(state('require-valid')).toMatchObject({ state: 'failed' });
    expect(state('count')?.state ?? 'canceled').not.toBe('succeeded');
    const log = await terminal.types('runs', 'logs', stopped.id, 'require-valid');
    expect(log.stdout).toContain('-2.0 (visits.csv, line 8)');
    const file = join(terminal.folder, 'report.md');
    await terminal.types('runs', 'export', stopped.id, 'validate-dataset/readable', file);
    expect(await readFile(file, 'utf8').catch(() => readdir(file))).toContain(
      '1 rule is broken in 1 of 60 rows.',
    );
    const passed = await visavox('run', 'pipeline.ts', '--param', 'data=guarded');
    expect(passed.state).toBe('succeeded');
  });
});

describe('a split', { timeout: 200_000 }, () => {
  it('is made once, and its parts are given to pipelines by name', async () => {
    const words = ['data', 'split', 'guarded', '--by', 'group:patient', '--shares', 'train=0.7,test=0.3'];
    const kept = await visavox(...words, '--seed', '5');
    const [train, test] = kept.split.parts;
    expect(train.rows + test.rows).toBe(60);
    expect(await visavox(...words, '--seed', '5')).toEqual(kept);
    expect((await visavox(...words, '--seed', '6')).error.code).toBe('split_exists');
    const run = await visavox('run', 'pipeline.ts', '--param', 'data=guarded/train');
    expect(run.state).toBe('succeeded');
    const { pins, tasks } = await visavox('runs', 'show', run.id);
    expect(pins.datasets).toEqual([train.dataset]);
    const count = tasks.find((task: { name: string }) => task.name === 'count');
    expect(Number(count.outputs.parameters.lines)).toBe(train.rows + 1);
    const { edges } = await visavox('trace', `dataset:${kept.split.dataset}`);
    expect(edges).toContainEqual({
      ...{ from: `dataset:${kept.split.dataset}`, to: `dataset:${train.dataset}`, relation: 'split into' },
    });
  });

  it.each([
    ['--by', 'patient', /does not say what to split by/],
    ['--shares', 'train', /"train" is no share/],
    ['--seed', 'x', /"x" is no seed/],
  ])('with %s %s is misuse', async (option, value, message) => {
    const { code, stderr } = await terminal.types(
      ...['data', 'split', 'guarded', '--by', 'group:patient', option, value],
    );
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});

describe('the guide to data', { timeout: 400_000 }, () => {
  const guide = new URL('../../docs/data.md', import.meta.url);
  /** As a shell takes them apart. */
  const wordsOf = (line: string) =>
    [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');

  it('does what it says', async () => {
    const text = await readFile(guide, 'utf8');
    await mkdir(join(terminal.folder, 'visits'));
    const rows = Array.from({ length: 120 }, (_, row) => [
      `p${Math.floor(row / 3)}`,
      `2026-0${1 + Math.floor(row / 20)}-${10 + (row % 19)}`,
      row % 4 ? 'owl' : 'wren',
      1 + (row % 7),
    ]);
    const csv = [['patient', 'date', 'species', 'width'], ...rows].map((row) => row.join(',')).join('\n');
    await writeFile(
      join(terminal.folder, 'visits', 'visits.csv'),
      `${csv.replaceAll(/,(\d)$/gm, ',$1.5')}\n`,
    );
    const packed = ['czf', 'visits.tgz', '-C', 'visits', '.'];
    expect(text).toContain(`tar ${packed.join(' ')}`);
    await promisify(execFile)('tar', packed, { cwd: terminal.folder });
    for (const [, name = '', body = ''] of text.matchAll(/^```yaml\n# (rules\.yaml)\n(.*?)^```/gms))
      await writeFile(join(terminal.folder, name), body);
    const commands = [...text.matchAll(/^```sh\n(.*?)^```/gms)].flatMap(([, block = '']) =>
      block.trim().split('\n'),
    );
    expect(commands.length).toBeGreaterThan(9);
    const version = async (source: string) =>
      (await terminal.asks('data', 'import', source, '--name', 'visits', '--consent', 'CC-BY-4.0')).digest;
    expect(await version('visits.tgz'), 'folder and archive are one version').toBe(await version('visits'));
    for (const line of commands) {
      const { code, stderr } = await terminal.types(...wordsOf(line.replace('npx visavox ', '')));
      expect({ line, code, stderr: code === 0 ? '' : stderr }).toEqual({ line, code: 0, stderr: '' });
    }
    const croissant = JSON.parse(await readFile(join(terminal.folder, 'croissant.json'), 'utf8'));
    expect(croissant).toMatchObject({
      name: 'visits',
      license: 'CC-BY-4.0',
      creator: { name: 'The station' },
    });
    const { tombstones } = await visavox('data', 'deleted', 'old-visits');
    expect(tombstones).toMatchObject([
      { items: 1, deletedBy: 'operator token', reason: 'not needed any more' },
    ]);
  });

  it('declares what a project may declare', async () => {
    const [, text = ''] =
      /^```yaml\n# visavox\.config\.yaml\n(.*?)^```/ms.exec(await readFile(guide, 'utf8')) ?? [];
    const file = join(terminal.folder, 'as-the-guide-says.yaml');
    await writeFile(file, text);
    expect((await readProjectFile(file)).datasets?.visits).toEqual({
      ...{
        rules: 'rules.yaml',
        retention: { newest: 20, days: 90 },
        license: 'CC-BY-4.0',
        creator: 'The station',
      },
    });
  });
});
