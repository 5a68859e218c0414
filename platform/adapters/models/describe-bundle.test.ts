import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { putBundle } from '@visavox/core/bundle';
import { type Digest, digestOf } from '@visavox/core/digest';
import { InMemoryObjects } from '@visavox/core/in-memory-objects.fixture';
import { echoGraph, onnxFile, sumGraph } from '@visavox/serving/testing/onnx-file';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testPython } from '../mlflow/test-python.ts';
import { describeBundle } from './describe-bundle.ts';

const objects = new InMemoryObjects();

async function bundle(given: Readonly<Record<string, Uint8Array | string>>): Promise<Digest> {
  const files = new Map(
    Object.entries(given).map(([path, content]) => [path, new Uint8Array(Buffer.from(content))]),
  );
  const listed = [...files].map(([path, bytes]) => ({ path, digest: digestOf(bytes), bytes: bytes.length }));
  const manifest = { format: 1 as const, name: 'test', files: listed, parent: null, properties: {} };
  return putBundle(objects, { manifest, files });
}

const describedFiles = async (files: Readonly<Record<string, Uint8Array | string>>) =>
  describeBundle(objects, await bundle(files));

describe('models that their libraries saved', { timeout: 400_000 }, () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'visavox-models-'));
    const script = join(import.meta.dirname, 'testing', 'save_models.py');
    await promisify(execFile)(testPython(), [script, folder], { cwd: folder, maxBuffer: 1 << 26 });
  }, 400_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function saved(name: string): Promise<Record<string, Uint8Array>> {
    const entries = await readdir(join(folder, name), { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    return Object.fromEntries(
      await Promise.all(
        files.map(async (file) => [relative(join(folder, name), file), await readFile(file)]),
      ),
    );
  }

  it('are known by their MLmodel: flavour, signature, example, packages', async () => {
    expect(await describedFiles(await saved('sklearn'))).toMatchObject({
      ...{ flavour: 'sklearn', flavours: expect.arrayContaining(['python_function', 'sklearn']), faults: [] },
      signature: {
        inputs: [
          { name: 'length', type: 'double', required: true },
          { name: 'width', type: 'long', required: true },
        ],
        outputs: [{ type: 'tensor', 'tensor-spec': { dtype: 'float64', shape: [-1] } }],
      },
      example: expect.stringMatching(/input_example\.json$/),
      requirements: expect.arrayContaining(['scikit-learn==1.9.1', 'pandas']),
      python: expect.stringMatching(/^3\./),
    });
    expect(await describedFiles(await saved('pytorch'))).toMatchObject({
      ...{ flavour: 'pytorch', faults: [] },
      signature: { inputs: [{ 'tensor-spec': { dtype: 'float32', shape: [-1, 3] } }] },
    });
    expect(await describedFiles(await saved('mlflow-keras'))).toMatchObject({
      flavour: 'keras',
      signature: null,
    });
  });

  it('are found in a folder of the bundle as well', async () => {
    const inside = Object.entries(await saved('sklearn')).map(([path, bytes]) => [`net/${path}`, bytes]);
    expect(await describedFiles(Object.fromEntries(inside))).toMatchObject({
      ...{ flavour: 'sklearn', file: 'net/MLmodel', example: expect.stringMatching(/^net\//), faults: [] },
    });
  });

  it('of Keras say what they take', async () => {
    expect(await describedFiles(await saved('keras'))).toMatchObject({
      ...{ flavour: 'keras', file: 'digits.keras', faults: [] },
      signature: {
        inputs: [{ name: 'image', 'tensor-spec': { dtype: 'float32', shape: [-1, 28, 28] } }],
        outputs: null,
      },
      requirements: [expect.stringMatching(/^keras==3\./)],
    });
  });

  it('are refused where the example was changed into one that does not fit', async () => {
    const files = await saved('sklearn');
    const [path = ''] = Object.keys(files).filter((name) => name.endsWith('serving_input_example.json'));
    const example = { dataframe_split: { columns: ['length', 'height'], data: [[1, 2]] } };
    const described = await describedFiles({ ...files, [path]: JSON.stringify(example) });
    expect(described.faults).toMatchObject([
      {
        code: 'signature_mismatch',
        message: expect.stringContaining('it lacks "width": the signature has length: double, width: long'),
        action: expect.stringContaining('register it again'),
      },
    ]);
  });

  it('are refused where the Keras file is cut off', async () => {
    const { 'digits.keras': whole = new Uint8Array() } = await saved('keras');
    for (const cut of [0, 10, 400])
      expect((await describedFiles({ 'digits.keras': whole.slice(0, cut) })).faults).toMatchObject([
        { code: 'model_file_invalid', message: expect.stringContaining('digits.keras is no Keras model') },
      ]);
  });
});

describe('an ONNX file', () => {
  it('says what it takes and returns', async () => {
    const file = onnxFile({ ...sumGraph, weights: [{ name: 'w', shape: [2], data: new Float32Array(2) }] });
    expect(await describedFiles({ 'sum.onnx': file })).toMatchObject({
      ...{ flavour: 'onnx', file: 'sum.onnx', faults: [] },
      signature: {
        inputs: [
          { name: 'a', type: 'tensor', 'tensor-spec': { dtype: 'float32', shape: [-1, 3] } },
          { name: 'b', type: 'tensor', 'tensor-spec': { dtype: 'float32', shape: [-1, 3] } },
        ],
        outputs: [{ name: 'c', 'tensor-spec': { dtype: 'float32', shape: [-1, 3] } }],
      },
    });
    const types = (await describedFiles({ 'echo.onnx': onnxFile(echoGraph) })).signature?.inputs ?? [];
    expect(types).toHaveLength(echoGraph.inputs.length);
  });

  it('is held against an example beside it', async () => {
    const file = onnxFile(sumGraph);
    const with_ = (example: unknown) =>
      describedFiles({ 'sum.onnx': file, 'input_example.json': JSON.stringify(example) });
    expect((await with_({ inputs: { a: [[1, 2, 3]], b: [[1, 2, 3]] } })).faults).toEqual([]);
    expect((await with_({ inputs: { a: [[1, 2]], b: [[1, 2, 3]] } })).faults).toMatchObject([
      { message: expect.stringContaining('"a": expected the shape [-1, 3], received [1, 2]') },
    ]);
    expect((await with_([1, 2])).faults).toMatchObject([{ code: 'input_example_invalid' }]);
  });

  it('that is none, or breaks off anywhere, is said to be none', async () => {
    const file = onnxFile(sumGraph);
    for (let length = 0; length < file.length - 6; length += 7)
      expect((await describedFiles({ 'sum.onnx': file.subarray(0, length) })).faults).toMatchObject([
        { code: 'model_file_invalid', message: expect.stringContaining('sum.onnx is no ONNX model') },
      ]);
    expect((await describedFiles({ 'sum.onnx': 'a text that is none' })).faults).toHaveLength(1);
  });

  it('beside others has no signature that would be that of all', async () => {
    const file = onnxFile(sumGraph);
    expect(await describedFiles({ 'a.onnx': file, 'b.onnx': file })).toMatchObject({
      ...{ flavour: 'onnx', file: null, signature: null, faults: [] },
    });
  });
});

describe('files', () => {
  it('of no kind that is known are a version all the same', async () => {
    expect(await describedFiles({ 'weights.bin': 'w' })).toMatchObject({ flavour: null, faults: [] });
  });

  it.each([
    ['flavors: [', 'MLmodel cannot be read'],
    ['flavors: 7', 'flavors'],
    ["flavors: {a: {}}\nsignature: {inputs: 'no json'}", 'signature'],
    ['flavors: {a: {}}\nsignature: {inputs: \'[{"type": "colour"}]\'}', 'signature.inputs'],
  ])('with an MLmodel that is none are refused: %s', async (text, expected) => {
    expect((await describedFiles({ MLmodel: text })).faults).toMatchObject([
      { code: 'mlmodel_invalid', message: expect.stringContaining(expected) },
    ]);
  });

  it('have a card, of which the licence is known', async () => {
    const described = await describedFiles({ 'README.md': '---\nlicense: mit\n---\n# A net' });
    expect(described).toMatchObject({ card: 'README.md', licence: 'mit', faults: [] });
    expect(await describedFiles({ 'model-card.json': '{"license": "mit"}' })).toMatchObject({
      licence: 'mit',
    });
    expect((await describedFiles({ 'README.md': '---\nlicense: [}\n---\n' })).faults).toMatchObject([
      { code: 'model_card_invalid' },
    ]);
    expect((await describedFiles({ 'README.md': '# Only text' })).faults).toEqual([]);
  });
});
