import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compile } from '@visavox/pipelines/compile';
import { component, pipeline } from '@visavox/pipelines/definition';
import { doubleGraph, echoGraph, onnxFile } from '@visavox/serving/testing/onnx-file';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { Terminal } from './testing/terminal.ts';

/** A "training" whose model is the newest file of the data, and whose errors are fewer each time. */
const train = component({
  name: 'train',
  inputs: { numbers: 'dataset-version' },
  outputs: { model: 'model', errors: 'number' },
  command: ({ inputs, outputs }) => [
    ...['sh', '-c', 'cp "$0"/*.onnx "$1"; cat "$0"/errors > "$2"'],
    ...[inputs.numbers.path, outputs.model.path, outputs.errors.path],
  ],
});
const training = pipeline(
  { name: 'training', parameters: { numbers: 'dataset-version' } },
  (p) => void p.task(train, p.parameters),
);

let terminal: Terminal;
beforeAll(async () => {
  terminal = await Terminal.open({
    'training.json': JSON.stringify(compile(training)),
    'visavox.config.yaml': `
name: numbers
models:
  numbers:
    pipeline: training.json
    dataset: numbers
    triggers: [{ newVersion: numbers }]
    environments:
      - name: production
        experiment:
          kind: shadow
          metrics: [{ name: mistakes, role: primary }]
          horizon: { people: 1000, days: 14 }
    gate: { errors: { better: lower } }
`,
  });
  await mkdir(join(terminal.folder, 'data'));
  await data(onnxFile(echoGraph), '0.5');
  await terminal.up();
}, 240_000);
afterAll(() => terminal.close());

async function data(model: Uint8Array, errors: string): Promise<void> {
  await writeFile(join(terminal.folder, 'data', 'model.onnx'), model);
  await writeFile(join(terminal.folder, 'data', 'errors'), errors);
}

async function champion(): Promise<{ version: number } | undefined> {
  const { environments } = await terminal.asks('status');
  return environments[0]?.champion ?? undefined;
}

it('new data trains a version, which serves once people fared better with it', async () => {
  await terminal.types('data', 'import', 'data', '--name', 'numbers');
  await vi.waitFor(async () => expect((await champion())?.version).toBe(1), {
    ...{ timeout: 240_000, interval: 2000 },
  });
  await data(onnxFile(doubleGraph), '0.4');
  await terminal.types('data', 'import', 'data', '--name', 'numbers');
  const running = await vi.waitFor(
    async () => {
      const { experiments } = await terminal.asks('experiments', 'list');
      expect(experiments).toMatchObject([{ model: 'numbers', state: 'running' }]);
      return experiments[0];
    },
    { timeout: 240_000, interval: 2000 },
  );
  expect((await champion())?.version, 'it judges in shadow').toBe(1);

  const token = await readFile(join(terminal.folder, '.visavox/home/secrets/operator.token'), 'utf8');
  const outcomes = Array.from({ length: 12 }, (_, index) => ({
    ...{ request: `request ${index}`, key: `person ${index}`, at: new Date().toISOString() },
    ...{ champion: { mistakes: 1 }, challenger: { mistakes: 0 } },
  }));
  const told = await fetch(`${terminal.url}/api/v1/experiments/${running.id}/outcomes`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token.trim()}`, 'content-type': 'application/json' },
    body: JSON.stringify({ outcomes }),
  });
  expect(await told.json()).toMatchObject({ counted: 12 });
  await vi.waitFor(async () => expect((await champion())?.version).toBe(2), {
    ...{ timeout: 60_000, interval: 1000 },
  });
  const { decision } = await terminal.asks('experiments', 'show', running.id);
  expect(decision).toMatchObject({
    ...{ outcome: 'promote', reason: expect.stringContaining('fewer mistakes with the challenger') },
  });
}, 600_000);
