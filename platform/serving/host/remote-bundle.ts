import type { Digest } from '@visavox/core/digest';
import { SystemError, UserError } from '@visavox/core/errors';
import type { FloatTensor, ServedBundle } from '@visavox/core/ports';
import { InferenceClient, type ModelMetadata } from '../client/inference-client.ts';
import { isDatatype, representationOf } from '../protocol/datatype.ts';
import { elementCount, type Tensor } from '../protocol/tensor.ts';
import { networkMissing, notUp } from './faults.ts';

export interface RemoteBundleOptions {
  /** Of a server of the Open Inference Protocol v2 of this project. */
  readonly url: string;
  readonly bundle: Digest;
  readonly networks: readonly string[];
  /** How long it may take until every network answers. */
  readonly limitMilliseconds: number;
  /** For one inference. */
  readonly timeoutMilliseconds?: number;
}

const pauseMilliseconds = 250;
/** What a free length is when a network is tried: a second of speech. */
const trialLength = 16_000;

/** A bundle behind a model server. */
export class RemoteBundle implements ServedBundle {
  readonly #client: InferenceClient;
  readonly #bundle: Digest;
  readonly #networks: readonly string[];
  /** The name of each network's input. */
  readonly #inputs = new Map<string, string>();

  private constructor(client: InferenceClient, { bundle, networks }: RemoteBundleOptions) {
    this.#client = client;
    this.#bundle = bundle;
    this.#networks = networks;
  }

  /** Answers when it is this bundle that is served there, and each network has answered an inference. */
  static async connect(options: RemoteBundleOptions): Promise<RemoteBundle> {
    const { url, limitMilliseconds, timeoutMilliseconds = 10_000 } = options;
    const client = new InferenceClient({ url, timeoutMilliseconds });
    const served = new RemoteBundle(client, options);
    try {
      await served.#wait(url, Date.now() + limitMilliseconds);
      return served;
    } catch (error) {
      await client.close();
      throw error;
    }
  }

  async infer(network: string, { data, shape }: FloatTensor): Promise<Float32Array> {
    const name = this.#inputs.get(network);
    if (name === undefined) throw networkMissing(network, this.#networks, this.#bundle);
    const { outputs } = await this.#client.infer(network, [
      { name, datatype: 'FP32', shape, data: isUnshared(data) ? data : Float32Array.from(data) },
    ]);
    const [output] = outputs.values();
    if (output?.data instanceof Float32Array) return output.data;
    throw new SystemError(`the network ${network} answers no float32`);
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  /** Tries until it answers; what does not get better by waiting is thrown at once. */
  async #wait(url: string, until: number): Promise<void> {
    for (;;) {
      try {
        const { bundle } = await this.#client.server();
        if (bundle !== this.#bundle) throw wrongBundle(url, this.#bundle, bundle);
        for (const network of this.#networks) await this.#tryOut(network);
        return;
      } catch (error) {
        if (!(error instanceof UserError) || error.kind !== 'unavailable') throw error;
        if (Date.now() > until)
          throw notUp(this.#bundle, error.message, 'See the log of the model server there.');
        await new Promise((done) => setTimeout(done, pauseMilliseconds));
      }
    }
  }

  async #tryOut(network: string): Promise<void> {
    const { inputs } = await this.#client.metadata(network).catch((error: unknown) => {
      throw error instanceof UserError && error.kind === 'not-found'
        ? networkMissing(network, this.#networks, this.#bundle)
        : error;
    });
    const [input] = inputs;
    if (!input) throw new SystemError(`the network ${network} takes no input`);
    this.#inputs.set(network, input.name);
    await this.#client.infer(network, inputs.map(trialTensor));
  }
}

/** Zeros, or empty texts. A free first axis is the batch; any other is a length. */
function trialTensor({ name, datatype, shape: free }: ModelMetadata['inputs'][number]): Tensor {
  if (!isDatatype(datatype)) throw new SystemError(`the input ${name} is of an unknown type ${datatype}`);
  const shape = free.map((size, axis) => (size > 0 ? size : axis === 0 ? 1 : trialLength));
  const count = elementCount(name, shape);
  const { array: Numbers } = representationOf(datatype);
  return { name, datatype, shape, data: Numbers ? new Numbers(count) : Array<string>(count).fill('') };
}

function isUnshared(data: Float32Array): data is Float32Array<ArrayBuffer> {
  return data.buffer instanceof ArrayBuffer;
}

function wrongBundle(url: string, expected: Digest, received: string | undefined): UserError {
  return new UserError({
    kind: 'conflict',
    code: 'bundle_wrong',
    message: `${url} serves ${received ? `the bundle ${received}` : 'something else'} where ${expected} is expected`,
    action: 'Look whether the address is right, and let it serve the bundle that was released.',
  });
}
