import { type DatasetItem, datasetVersion } from '@visavox/core/dataset';
import { canonicalJson, type Digest, digestOf } from '@visavox/core/digest';
import { deleteBlob, putBlob } from '@visavox/core/object-store';
import { isFinished } from '@visavox/core/run';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compile } from './compile.ts';
import { datasetReferences, pinDatasets } from './dataset-parameters.ts';
import { component, pipeline } from './definition.ts';
import { parsePipelineSpec } from './read-ir.ts';
import { type EngineForTest, engineForTest, requestFor } from './testing.ts';

const look = component({
  name: 'look',
  inputs: { images: 'dataset-version' },
  outputs: { seen: 'string' },
  command: ({ inputs, outputs }) => [
    ...[
      'sh',
      '-c',
      'cd "$0" && { find . -type f | sort | tr "\\n" " "; cat night/owl.txt; cat "$1"; } > "$2"',
    ],
    ...[inputs.images.path, inputs.images.manifest, outputs.seen.path],
  ],
});
const train = pipeline({ name: 'train', parameters: { images: 'dataset-version' } }, (p) => {
  p.task(look, { images: p.parameters.images });
  p.forEach([1, 2], { name: 'folds' }, () => {
    p.task(look, { images: p.parameters.images }, { name: 'look-again' });
  });
});

const item = (key: string, text: string, labels: Record<string, string> = {}): DatasetItem => ({
  ...{ key, digest: digestOf(text), bytes: text.length, mediaType: 'text/plain', labels, provenance: {} },
});
const birds = datasetVersion('night-birds', [
  item('night/owl.txt', 'an owl', { call: 'hoo' }),
  item('night/jar.txt', 'a nightjar'),
]);

describe('a pipeline that takes a dataset version', () => {
  let test: EngineForTest;
  beforeEach(async () => {
    test = await engineForTest();
    for (const text of ['an owl', 'a nightjar', canonicalJson(birds.manifest)])
      await putBlob(test.objects, Buffer.from(text));
  });
  afterEach(() => test.close());
  const run = async (parameters: Record<string, string>, datasets: Digest[]) => {
    const id = await test.engine.submit(requestFor(train, { parameters, datasets }));
    return test.engine.wait(id);
  };

  it('gives its steps a folder with the items, their labels and the manifest', async () => {
    const record = await run({ images: birds.digest }, [birds.digest]);
    expect(record).toMatchObject({ state: 'succeeded', reason: null });
    const seen = (name: string) => record.tasks.find((task) => task.name === name)?.outputs.parameters.seen;
    expect(seen('look')).toBe(
      `./metadata.csv ./night/jar.txt ./night/owl.txt an owl${canonicalJson(birds.manifest)}`,
    );
    expect(seen('folds/1/look-again')).toBe(seen('look'));
  });

  it('takes results from the cache for the same version only', async () => {
    await run({ images: birds.digest }, [birds.digest]);
    const again = await run({ images: birds.digest }, [birds.digest]);
    expect(again.tasks.find(({ name }) => name === 'look')).toMatchObject({ cached: true });
    const fewer = datasetVersion('night-birds', [item('night/owl.txt', 'an owl')]);
    await putBlob(test.objects, Buffer.from(canonicalJson(fewer.manifest)));
    const other = await run({ images: fewer.digest }, [fewer.digest]);
    expect(other.tasks.find(({ name }) => name === 'look')).toMatchObject({
      cached: false,
      state: 'succeeded',
    });
  });

  it('is refused by the engine where the version is not pinned', async () => {
    const loose = requestFor(train, { parameters: { images: 'night-birds' } });
    await expect(test.engine.submit(loose)).rejects.toMatchObject({ code: 'dataset_unpinned' });
    const other = requestFor(train, { parameters: { images: birds.digest }, datasets: [digestOf('other')] });
    await expect(test.engine.submit(other)).rejects.toMatchObject({ code: 'dataset_unpinned' });
    expect((await test.runs.list({})).length).toBe(0);
  });

  it('names the item whose bytes are not there any more', async () => {
    await deleteBlob(test.objects, digestOf('a nightjar'));
    const record = await run({ images: birds.digest }, [birds.digest]);
    expect(isFinished(record.state)).toBe(true);
    expect(record.reason).toContain('night/jar.txt of the dataset night-birds');
  });
});

describe('a name of a dataset', () => {
  const spec = parsePipelineSpec(compile(train));
  const older = { digest: digestOf('older'), name: 'night-birds', items: 1, createdAt: '2026-01-01' };
  const newer = { digest: digestOf('newer'), name: 'night-birds', items: 2, createdAt: '2026-02-01' };
  const tools = { digest: digestOf('tools'), name: 'tools', items: 1, createdAt: '2026-01-15' };
  const store = { list: async () => [newer, tools, older] };

  it.each([
    ['night-birds', newer.digest],
    [`night-birds@${older.digest}`, older.digest],
    [`night-birds@${older.digest.slice(0, 20)}`, older.digest],
    [older.digest, older.digest],
    ['tools', tools.digest],
  ])('%s is pinned', async (reference, digest) => {
    expect(await pinDatasets(spec, { images: reference }, store)).toEqual({
      parameters: { images: digest },
      datasets: [digest],
    });
  });

  it.each([
    ['night-brids', 'the parameter images: there is no dataset night-brids; there are night-birds, tools'],
    [`tools@${older.digest}`, /the parameter images: the dataset tools has no version .*; it has /],
    [digestOf('never'), /the parameter images: there is no dataset sha256:/],
    ['night-birds@', /there is no dataset night-birds@; there are night-birds, tools/],
  ])('%s is refused with what there is', async (reference, message) => {
    await expect(pinDatasets(spec, { images: reference }, store)).rejects.toMatchObject({
      ...{ kind: 'invalid', code: 'unknown_dataset' },
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    });
  });

  it('may be the default of a parameter, and is resolved like one that is given', async () => {
    const parameters = { images: { type: 'dataset-version', default: 'tools' } } as const;
    const other = parsePipelineSpec(
      compile(
        pipeline({ name: 'with-default', parameters }, (p) => {
          p.task(look, { images: p.parameters.images });
        }),
      ),
    );
    expect((await pinDatasets(other, {}, store)).datasets).toEqual([tools.digest]);
  });

  it('may come from an importer that kfp’s SDK wrote, inside of a nested pipeline too', () => {
    const importer = {
      importer: {
        artifactUri: { runtimeParameter: 'uri' },
        typeSchema: { schemaTitle: 'visavox.DatasetVersion' },
      },
    };
    const bring = (name: string) => ({
      componentRef: { name: 'comp-importer' },
      inputs: { parameters: { uri: { componentInputParameter: name } } },
    });
    const written = parsePipelineSpec({
      schemaVersion: '2.1.0',
      pipelineInfo: { name: 'by-kfp' },
      deploymentSpec: { executors: { 'exec-importer': importer } },
      components: {
        'comp-importer': {
          executorLabel: 'exec-importer',
          inputDefinitions: { parameters: { uri: { parameterType: 'STRING' } } },
        },
        'comp-inner': {
          inputDefinitions: { parameters: { given: { parameterType: 'STRING' } } },
          dag: { tasks: { importer: bring('given') } },
        },
      },
      root: {
        inputDefinitions: { parameters: { data: { parameterType: 'STRING' } } },
        dag: {
          tasks: {
            inner: {
              componentRef: { name: 'comp-inner' },
              inputs: { parameters: { given: { componentInputParameter: 'data' } } },
            },
          },
        },
      },
    });
    expect(datasetReferences(written)).toEqual({ parameters: ['data'], constants: [] });
  });
});

describe('what cannot be written', () => {
  it.each([
    [
      'an output that is one',
      () => component({ name: 'give', outputs: { out: 'dataset-version' as 'dataset' }, command: ['true'] }),
      'which steps take only',
    ],
    [
      'one that may be left out',
      () => pipeline({ name: 'p', parameters: { a: { type: 'dataset-version', optional: true } } }, () => {}),
      'cannot be left out',
    ],
    [
      'a constant in its place',
      () =>
        pipeline({ name: 'p' }, (p) => {
          p.task(look, { images: 'night-birds' as never });
        }),
      'takes a dataset-version and is given "night-birds"',
    ],
  ])('is %s', (_, define, message) => {
    expect(define).toThrow(message);
  });
});
