import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compile } from '@visavox/pipelines/compile';
import { component, pipeline } from '@visavox/pipelines/definition';
import { doubleGraph, echoGraph, onnxFile } from '@visavox/serving/testing/onnx-file';
import { expect, vi } from 'vitest';
import { Terminal } from './terminal.ts';

/** A "training" whose model is a file of the data. */
const train = component({
  name: 'train',
  inputs: { numbers: 'dataset-version', which: 'string' },
  outputs: { model: 'model', errors: 'number' },
  command: ({ inputs, outputs }) => [
    ...['sh', '-c', 'cp "$0/$1.onnx" "$2"; printf 0.5 > "$3"'],
    ...[inputs.numbers.path, inputs.which, outputs.model.path, outputs.errors.path],
  ],
});
const parameters = { numbers: 'dataset-version', which: { type: 'string', default: 'echo' } } as const;
const training = pipeline({ name: 'training', parameters }, (p) => void p.task(train, p.parameters));

/** In the folder of a project whose model, `numbers`, echoes or doubles what it is given. */
export async function openNumbersProject(): Promise<Terminal> {
  const terminal = await Terminal.open({
    'training.json': JSON.stringify(compile(training)),
    'visavox.config.yaml': `
name: numbers
models:
  numbers:
    pipeline: training.json
    dataset: numbers
    gate: { errors: { better: lower } }
`,
  });
  await mkdir(join(terminal.folder, 'data'));
  await writeFile(join(terminal.folder, 'data', 'echo.onnx'), onnxFile(echoGraph));
  await writeFile(join(terminal.folder, 'data', 'double.onnx'), onnxFile(doubleGraph));
  return terminal;
}

/** Up, with a version that echoes as the champion, whose release it returns. */
export async function upWithChampion(terminal: Terminal): Promise<string> {
  await terminal.up();
  await terminal.types('data', 'import', 'data', '--name', 'numbers');
  const champion = await proposed(terminal, 'echo');
  await terminal.asks('release', 'promote', champion);
  return champion;
}

/** The id of a release that is up beside the champion. */
export async function proposed(terminal: Terminal, which: 'echo' | 'double'): Promise<string> {
  const { id } = await terminal.asks(
    ...['run', 'training.json', '--param', 'numbers=numbers', '--param', `which=${which}`],
  );
  // The registry comes up with MLflow, behind the platform.
  const { version } = await vi.waitFor(
    async () => {
      const registered = await terminal.asks('models', 'register', 'numbers', '--from', id);
      expect(registered).toMatchObject({ version: expect.any(Number) });
      return registered;
    },
    { timeout: 120_000, interval: 2000 },
  );
  const proposal = await terminal.asks(...['release', 'propose', `numbers:${version}`, '--to', 'production']);
  return proposal.id;
}
