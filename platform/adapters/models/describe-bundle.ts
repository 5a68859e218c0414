import { basename, posix } from 'node:path';
import { getManifest } from '@visavox/core/bundle';
import type { Digest } from '@visavox/core/digest';
import type { BundleManifest } from '@visavox/core/model';
import type { ModelDescription } from '@visavox/core/model-description';
import { readInvocation, readTable } from '@visavox/core/model-input';
import { getBlob, type ObjectStore, readBlob } from '@visavox/core/object-store';
import { inputFaults, type ModelInput } from '@visavox/core/signature-fit';
import { NoKerasFile, readKeras } from './keras-signature.ts';
import { type Mlmodel, NoMlmodel, readMlmodel } from './mlmodel.ts';
import { onnxSignature } from './onnx-signature.ts';
import { NoMessage } from './protobuf-stream.ts';
import { cardFiles, NoCard, readCard } from './read-card.ts';

type File = BundleManifest['files'][number];
type Fault = ModelDescription['faults'][number];

/** What is written beside a model that MLflow did not save: an input as `/invocations` takes it. */
export const exampleFile = 'input_example.json';

const mostBytes = { text: 4 * 1024 * 1024, example: 64 * 1024 * 1024 };

/** Reads what the files of a bundle say of the model that they are, in constant memory whatever their size. */
export async function describeBundle(objects: ObjectStore, bundle: Digest): Promise<ModelDescription> {
  const { files } = await getManifest(objects, bundle);
  const faults: Fault[] = [];
  const found = await new BundleFiles(objects, files).read(faults);
  const { example, ...described } = found;
  if (example && described.signature) {
    const wrong = inputFaults(described.signature, example.input);
    if (wrong.length > 0) faults.push(exampleFault(example.path, wrong));
  }
  return { format: 1, ...described, example: example?.path ?? null, faults };
}

type Described = Omit<ModelDescription, 'format' | 'faults' | 'example'> & {
  readonly example: { readonly path: string; readonly input: ModelInput } | null;
};

class BundleFiles {
  readonly #objects: ObjectStore;
  readonly #files: readonly File[];

  constructor(objects: ObjectStore, files: readonly File[]) {
    this.#objects = objects;
    this.#files = files;
  }

  async read(faults: Fault[]): Promise<Described> {
    const card = await this.#card(faults);
    const mlmodels = this.#files.filter(({ path }) => basename(path) === 'MLmodel');
    const [mlmodel, another] = mlmodels;
    const model = mlmodel && !another ? await this.#ofMlflow(mlmodel, faults) : await this.#ofFiles(faults);
    return { ...model, ...card };
  }

  async #card(faults: Fault[]): Promise<Pick<Described, 'card' | 'licence'>> {
    const file = this.#first(cardFiles);
    if (!file) return { card: null, licence: null };
    try {
      const text = await this.#text(file);
      return { card: file.path, licence: readCard(file.path, text).licence };
    } catch (error) {
      if (!(error instanceof NoCard)) throw error;
      faults.push({
        code: 'model_card_invalid',
        message: `the model card ${file.path} cannot be read: ${error.message}`,
        action:
          'Write its metadata as Hugging Face describes it (license, datasets, model-index, …), between two lines "---" at its beginning; then register the model again.',
      });
      return { card: file.path, licence: null };
    }
  }

  async #ofMlflow(file: File, faults: Fault[]): Promise<Omit<Described, 'card' | 'licence'>> {
    const folder = posix.dirname(file.path);
    const inFolder = (path: string) => this.#named(posix.normalize(posix.join(folder, path)));
    let model: Mlmodel;
    try {
      model = readMlmodel(await this.#text(file));
    } catch (error) {
      if (!(error instanceof NoMlmodel)) throw error;
      faults.push({
        code: 'mlmodel_invalid',
        message: `${file.path} cannot be read: ${error.message}`,
        action: 'Save the model again with mlflow.<flavour>.save_model, and register that folder.',
      });
      return { ...nothing, file: file.path };
    }
    const saved = model.example && inFolder(model.example.path);
    const example = saved && (await this.#example(saved, faults, model.example));
    const requirements = inFolder('requirements.txt');
    return {
      flavour: model.flavours.find((flavour) => flavour !== 'python_function') ?? model.flavours[0] ?? null,
      flavours: [...model.flavours],
      file: file.path,
      signature: model.signature,
      example: example ?? null,
      requirements: requirements ? requirementsIn(await this.#text(requirements)) : [],
      python: model.python,
    };
  }

  async #ofFiles(faults: Fault[]): Promise<Omit<Described, 'card' | 'licence'>> {
    const given = this.#named(exampleFile);
    const example = given ? ((await this.#example(given, faults, null)) ?? null) : null;
    const networks = this.#files.filter(({ path }) => path.endsWith('.onnx'));
    const [network, another] = networks;
    if (network)
      return {
        ...nothing,
        ...{ flavour: 'onnx', flavours: ['onnx'], file: another ? null : network.path, example },
        // A bundle of several networks takes and returns what its project knows.
        signature: another ? null : await this.#read(network, onnxSignature, NoMessage, faults),
      };
    const saved = this.#files.filter(({ path }) => path.endsWith('.keras'));
    const [keras] = saved;
    if (!keras || saved.length > 1) return { ...nothing, example };
    const read = await this.#read(keras, readKeras, NoKerasFile, faults);
    return {
      ...nothing,
      ...{ flavour: 'keras', flavours: ['keras'], file: keras.path, example },
      signature: read?.signature ?? null,
      requirements: read?.kerasVersion ? [`keras==${read.kerasVersion}`] : [],
    };
  }

  /** Null where the file is not what it is called. */
  async #read<T>(
    { path, digest }: File,
    read: (bytes: AsyncIterable<Uint8Array>) => Promise<T>,
    Refusal: new (message: string) => Error,
    faults: Fault[],
  ): Promise<T | null> {
    try {
      return await read(readBlob(this.#objects, digest, path));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const kind = posix.extname(path).slice(1);
      faults.push({
        code: 'model_file_invalid',
        message: `${path} is no ${kind === 'onnx' ? 'ONNX' : 'Keras'} model: ${error.message}`,
        action: 'Look whether it was written to its end, or name a file of another kind by another ending.',
      });
      return null;
    }
  }

  async #example(
    file: File,
    faults: Fault[],
    saved: Mlmodel['example'],
  ): Promise<Described['example'] | undefined> {
    if (file.bytes > mostBytes.example) return undefined;
    const text = new TextDecoder().decode(await getBlob(this.#objects, file.digest, file.path));
    const input = inputIn(text, saved);
    if (input) return { path: file.path, input };
    faults.push({
      code: 'input_example_invalid',
      message: `the input example ${file.path} is nothing that a model can be sent`,
      action:
        "Write JSON with one of dataframe_split, dataframe_records, instances or inputs, as MLflow's /invocations takes it.",
    });
    return undefined;
  }

  async #text(file: File): Promise<string> {
    if (file.bytes > mostBytes.text) throw new NoCard(`${file.path} has more than ${mostBytes.text} bytes`);
    return new TextDecoder().decode(await getBlob(this.#objects, file.digest, file.path));
  }

  #named(path: string): File | undefined {
    return this.#files.find((file) => file.path === path);
  }

  #first(names: readonly string[]): File | undefined {
    return names.flatMap((name) => this.#named(name) ?? [])[0];
  }
}

const nothing = {
  ...{ flavour: null, flavours: [], file: null, signature: null, example: null },
  ...{ requirements: [], python: null },
};

function inputIn(text: string, saved: Mlmodel['example']): ModelInput | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const sent = readInvocation(value);
  if (sent || !saved || saved.serving) return sent;
  // Before it saved what is sent, MLflow saved tables as pandas splits them.
  if (saved.type === 'dataframe') return readTable(value);
  return { kind: 'tensor', tensor: value };
}

/** Names with versions, one a line; options and comments are none. */
function requirementsIn(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('-'));
}

function exampleFault(path: string, wrong: readonly string[]): Fault {
  return {
    code: 'signature_mismatch',
    message: `the input example ${path} does not fit the signature: ${wrong.join('; ')}`,
    action:
      'Correct the example or the signature: save the model with an example of what it is really given (MLflow: input_example=…, from which it infers the signature), then register it again.',
  };
}
