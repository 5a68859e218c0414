import { SystemError } from '@visavox/core/errors';
import * as ort from 'onnxruntime-node';

/** An ONNX network in memory. Calls may overlap; each uses one thread, so that many small requests share the machine. */
export class Network {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly #session: ort.InferenceSession;

  private constructor(session: ort.InferenceSession) {
    this.#session = session;
    this.inputs = session.inputNames;
    this.outputs = session.outputNames;
  }

  static async load(files: ReadonlyMap<string, Uint8Array>, name: string): Promise<Network> {
    const bytes = files.get(name);
    if (!bytes)
      throw new SystemError(`the network ${name} is missing; there are: ${[...files.keys()].join(', ')}`);
    return new Network(
      await ort.InferenceSession.create(bytes, {
        intraOpNumThreads: 1,
        interOpNumThreads: 1,
        executionMode: 'sequential',
        enableCpuMemArena: false,
        enableMemPattern: false,
        logSeverityLevel: 3,
      }),
    );
  }

  /** Shape of an input or output as the graph declares it: a number, or a name where it is free. */
  shape(name: string): readonly (number | string)[] {
    const found = [...this.#session.inputMetadata, ...this.#session.outputMetadata].find(
      (value) => value.name === name,
    );
    if (!found?.isTensor) throw new SystemError(`the network has no tensor called ${name}`);
    return found.shape;
  }

  async run(inputs: Readonly<Record<string, ort.Tensor>>): Promise<ReadonlyMap<string, Float32Array>> {
    const results = await this.#session.run(inputs);
    return new Map(
      Object.entries(results).flatMap(([name, tensor]) =>
        tensor.data instanceof Float32Array ? [[name, tensor.data] as const] : [],
      ),
    );
  }

  /** Runs a network of one float32 input and answers its one output. */
  async map(data: Float32Array, shape: readonly number[]): Promise<Float32Array> {
    const [input, output] = [this.inputs[0], this.outputs[0]];
    if (!input || !output) throw new SystemError('the network has no input or no output');
    const result = (await this.run({ [input]: floats(data, shape) })).get(output);
    if (!result) throw new SystemError(`the output ${output} is not float32`);
    return result;
  }

  release(): Promise<void> {
    return this.#session.release();
  }
}

export function floats(data: Float32Array, shape: readonly number[]): ort.Tensor {
  return new ort.Tensor('float32', data, shape);
}
