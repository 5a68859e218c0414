import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf } from '@visavox/core/digest';
import { blobKey } from '@visavox/core/object-store';
import { compile } from '@visavox/pipelines/compile';
import { component, pipeline } from '@visavox/pipelines/definition';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CommandLineWithEngine, commandLineWithEngine } from './testing/command-line.ts';

let line: CommandLineWithEngine;
beforeAll(async () => {
  line = await commandLineWithEngine();
});
afterAll(() => line.close());

const visavox = (...words: string[]) => line.visavox(...words);

/** Two tasks, of which the second one writes what the script says. */
async function run(script: string): Promise<{ code: number; id: string; state: string }> {
  const draw = component({
    name: 'draw',
    inputs: { seed: 'integer' },
    outputs: { model: 'model' },
    command: ({ inputs, outputs }) => ['node', '-e', script, inputs.seed, outputs.model.path],
  });
  const training = pipeline({ name: 'training', parameters: { seed: 'integer' } }, (p) => {
    p.task(draw, { seed: p.parameters.seed });
    p.task(draw, { seed: p.parameters.seed });
  });
  const file = join(line.engine.folder, 'training.json');
  await writeFile(file, JSON.stringify(compile(training)));
  const { code, stdout } = await visavox('run', file, '--param', 'seed=7', '--json');
  return { code, ...JSON.parse(stdout) };
}

const write = 'const fs = require("node:fs"); const [seed, path] = process.argv.slice(1);';

test('a run that is made of its pins alone comes out the same', async () => {
  const { id } = await run(`${write} fs.writeFileSync(path, "weights " + seed)`);
  const { code, stdout, stderr } = await visavox('runs', 'reproduce', id, '--json');
  expect(JSON.parse(stdout)).toEqual({
    run: expect.any(String),
    reproduces: id,
    identical: true,
    differences: [],
  });
  expect(code).toBe(0);
  const again = JSON.parse((await visavox('runs', 'show', JSON.parse(stdout).run, '--json')).stdout);
  expect(again.trigger).toBe(`reproduces ${id}`);
  expect(again.pins.parameters).toEqual({ seed: 7 });
  expect(again.tasks.map((task: { cached: boolean }) => task.cached)).toEqual([false, false]);
  expect(stderr).toContain(`reproduces ${id}`);
}, 60_000);

test('one that depends on more is told, by what it made, with exit code 1', async () => {
  const { id } = await run(`${write} fs.writeFileSync(path, String(Math.random()))`);
  const { code, stdout } = await visavox('runs', 'reproduce', id, '--json');
  expect(JSON.parse(stdout)).toMatchObject({
    identical: false,
    differences: [
      { kind: 'artifact', name: 'draw/model' },
      { kind: 'artifact', name: 'draw-2/model' },
    ],
  });
  expect(code).toBe(1);
  expect((await visavox('runs', 'reproduce', id)).stdout).toContain('The difference begins at draw');
}, 60_000);

test('what a task made is written to this machine, and what it did not make is not found', async () => {
  const { id } = await run(`${write} fs.mkdirSync(path); fs.writeFileSync(path + "/weights", "of " + seed)`);
  const folder = join(line.engine.folder, 'exported');
  const { code, stdout } = await visavox('runs', 'export', id, 'draw/model', folder, '--json');
  expect(JSON.parse(stdout)).toEqual({ run: id, output: 'draw/model', files: [join(folder, 'weights')] });
  expect(code).toBe(0);
  expect(await readFile(join(folder, 'weights'), 'utf8')).toBe('of 7');
  const single = await run(`${write} fs.writeFileSync(path, "whole")`);
  await visavox('runs', 'export', single.id, 'draw/model', join(folder, 'file.bin'));
  expect(await readFile(join(folder, 'file.bin'), 'utf8')).toBe('whole');
  const nothing = await visavox('runs', 'export', id, 'draw/pictures', folder);
  expect(nothing).toMatchObject({ code: 1, stderr: expect.stringContaining('draw/pictures') });
  expect((await visavox('runs', 'export', id, 'model', folder)).stderr).toContain('TASK/OUTPUT');
}, 60_000);

test('what a task made and somebody has deleted since is said to be gone', async () => {
  const { id } = await run(`${write} fs.writeFileSync(path, "short-lived")`);
  await line.engine.objects.delete(blobKey(digestOf('short-lived')));
  const { code, stderr } = await visavox(
    'runs',
    'export',
    id,
    'draw/model',
    join(line.engine.folder, 'gone'),
  );
  expect(stderr).toContain('the bytes of draw/model are not kept any more');
  expect(code).toBe(1);
}, 60_000);

test('a run that fails is a failure of the command', async () => {
  expect(await run('process.exit(3)')).toMatchObject({ code: 1, state: 'failed' });
}, 60_000);

test('a run that is not there is not found', async () => {
  const { code, stderr } = await visavox('runs', 'reproduce', 'nothing');
  expect(code).toBe(1);
  expect(stderr).toContain('There is no run nothing.');
});
