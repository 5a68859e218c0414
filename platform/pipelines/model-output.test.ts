import { getManifest } from '@visavox/core/bundle';
import { type ModelVersion, modelReference } from '@visavox/core/model';
import type { RunRecord } from '@visavox/core/run';
import { afterEach, describe, expect, it } from 'vitest';
import { component, pipeline } from './definition.ts';
import { registerOutput } from './model-output.ts';
import { type EngineForTest, engineForTest, requestFor } from './testing.ts';

const train = component({
  name: 'train',
  outputs: { model: 'model', log: 'artifact', accuracy: 'number' },
  command: ({ outputs }) => [
    ...['sh', '-c', 'mkdir "$0" && echo net > "$0/iris.onnx" && echo log > "$1" && printf 0.9 > "$2"'],
    ...[outputs.model.path, outputs.log.path, outputs.accuracy.path],
  ],
});

let test: EngineForTest | undefined;
afterEach(() => test?.close());

async function trained(): Promise<{ test: EngineForTest; run: RunRecord }> {
  test = await engineForTest();
  const id = await test.engine.submit(requestFor(pipeline({ name: 'iris' }, (p) => void p.task(train))));
  for (;;) {
    const run = await test.engine.get(id);
    if (run.finishedAt !== null) return { test, run };
    await new Promise((done) => setTimeout(done, 50));
  }
}

const registry = {
  register: async ({
    trackingRun: _,
    ...model
  }: { trackingRun: string | null } & Omit<ModelVersion, 'version' | 'createdAt'>) => ({
    ...model,
    ...{ version: 1, createdAt: '2026-01-01T00:00:00.000Z' },
  }),
};

describe('a model that a run made', () => {
  it('is registered with its files and all that was measured, without being named where it is the only one', async () => {
    const {
      run,
      test: { objects },
    } = await trained();
    const model = await registerOutput({ objects, registry }, run, { name: 'iris' });
    expect(modelReference(model)).toBe('iris:1');
    expect(model).toMatchObject({ run: run.id, metrics: { accuracy: 0.9 } });
    const manifest = await getManifest(objects, model.bundle);
    expect(manifest).toMatchObject({ name: 'iris', parent: null, files: [{ path: 'iris.onnx', bytes: 4 }] });
    expect(await registerOutput({ objects, registry }, run, { name: 'iris', output: 'train/model' })).toEqual(
      model,
    );
  });

  it('that is one file is the network itself', async () => {
    const {
      run,
      test: { objects },
    } = await trained();
    const { bundle } = await registerOutput({ objects, registry }, run, {
      name: 'iris',
      output: 'train/log',
    });
    expect((await getManifest(objects, bundle)).files).toMatchObject([{ path: 'iris.onnx' }]);
  });

  it('has to be there: what there is instead is said', async () => {
    const {
      run,
      test: { objects },
    } = await trained();
    await expect(
      registerOutput({ objects, registry }, run, { name: 'iris', output: 'train/net' }),
    ).rejects.toMatchObject({
      code: 'unknown_output',
      action: 'Name one, as TASK/OUTPUT: train/log, train/model.',
    });
  });
});
