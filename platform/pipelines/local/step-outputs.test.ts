import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getBlob } from '@visavox/core/object-store';
import type { TaskRecord } from '@visavox/core/run';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compile } from '../compile.ts';
import { component, pipeline } from '../definition.ts';
import { type EngineForTest, engineForTest, requestFor } from '../testing.ts';

let folder: string;
let test: EngineForTest;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavox-outputs-'));
  await writeFile(join(folder, 'key'), 'sesame');
  test = await engineForTest({ hidden: [join(folder, 'key')] });
});
afterEach(async () => {
  await test.close();
  await rm(folder, { recursive: true, force: true });
});

const writes = (type: 'dataset' | 'metrics', script: string) =>
  pipeline({ name: 'writes' }, (p) => {
    p.task(
      component({
        name: 'step',
        outputs: { made: type },
        cache: false,
        command: ({ outputs, executorOutput }) => [
          'sh',
          '-c',
          script,
          outputs.made.path,
          executorOutput,
          folder,
        ],
      }),
    );
  });

/** What kfp's executor writes for the output `made`; `$2` is a folder that is not the attempt's. */
const describes = (...entries: string[]) =>
  `cat > "$1" <<END\n{"artifacts": {"made": {"artifacts": [${entries.join(',')}]}}}\nEND`;

async function run(spec: unknown): Promise<TaskRecord & { texts: string[] }> {
  const request = requestFor(writes('dataset', 'true'), { pipelineSpec: spec });
  const [step] = (await test.engine.wait(await test.engine.submit(request))).tasks;
  if (!step) throw new Error('no task');
  const made = step.outputs.artifacts.made ?? [];
  const texts = await Promise.all(
    made.map(async ({ digest }) => new TextDecoder().decode(await getBlob(test.objects, digest))),
  );
  return { ...step, texts };
}

describe('an artifact that a step put elsewhere', () => {
  it.each([
    ['uri', '{"name": "made", "uri": "$2/data", "metadata": {"rows": 1}}'],
    ['custom_path', '{"name": "made", "uri": "$0", "custom_path": "$2/data", "metadata": {"rows": 1}}'],
  ])('and said so by %s keeps its bytes', async (_by, entry) => {
    const step = await run(compile(writes('dataset', `printf bytes > "$2/data"; ${describes(entry)}`)));
    expect(step).toMatchObject({ state: 'succeeded', texts: ['bytes'] });
    expect(step.outputs.artifacts.made?.[0]?.metadata).toEqual({ rows: 1 });
  });

  it('as a list keeps all of its members', async () => {
    const script = `printf a > "$2/a"; printf b > "$2/b"; ${describes('{"uri": "$2/a"}', '{"uri": "$2/b"}')}`;
    const spec = structuredClone(compile(writes('dataset', script)));
    Object.assign(spec.components['comp-step']?.outputDefinitions?.artifacts?.made ?? {}, {
      isArtifactList: true,
    });
    expect(await run(spec)).toMatchObject({ state: 'succeeded', texts: ['a', 'b'] });
  });

  it.each([
    ['nowhere', '{"uri": "$2/nothing"}', 'where nothing is'],
    ['in a bucket that this machine does not read', '{"uri": "s3://bucket/data"}', 's3://bucket/data'],
    [
      'nowhere, and only described it',
      '{"uri": "$0", "metadata": {"rows": 1}}',
      "outputs.artifacts['made'].path",
    ],
  ])('%s fails the task', async (_where, entry, words) => {
    const step = await run(compile(writes('dataset', describes(entry))));
    expect(step.state).toBe('failed');
    expect(step.reason).toContain(words);
  });

  it('may be metrics, which are metadata', async () => {
    const entry = '{"uri": "$0", "metadata": {"accuracy": 1}}';
    const step = await run(compile(writes('metrics', describes(entry))));
    expect(step).toMatchObject({ state: 'succeeded', texts: [''] });
  });

  it.each([
    ['named', describes('{"uri": "$2/key"}')],
    ['linked to', 'ln -s "$2/key" "$0"'],
    ['linked to from inside a folder', 'mkdir "$0" && ln -s "$2/key" "$0/key"'],
  ])('is not what no step is to read: the engine does not read it when it is %s', async (_how, script) => {
    const step = await run(compile(writes('dataset', script)));
    expect(step.state).toBe('failed');
    expect(step.reason).toContain('no step is to read');
  });
});

it('names what is missing when a command of a script is not there', async () => {
  const { reason } = await run(compile(writes('dataset', 'no-such-program')));
  expect(reason).toContain('a command that sh runs was not found');
  expect(reason).toContain('no-such-program');
});
