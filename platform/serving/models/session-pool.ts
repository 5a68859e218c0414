import { availableParallelism } from 'node:os';
import { SystemError, UserError } from '@visavox/core/errors';
import { datatypeOfOnnx, representationOf } from '../protocol/datatype.ts';
import type { Tensor } from '../protocol/tensor.ts';
import type { BufferPool } from './buffer-pool.ts';
import { type ModelSignature, tensorSignature } from './signature.ts';
import { InferenceWorker } from './worker.ts';
import type { FromWorker, LoadedModel, LoadedTensor, PlainTensor } from './worker-messages.ts';

export interface Job {
  readonly model: string;
  readonly inputs: readonly Tensor[];
  /** Undefined: all of them. */
  readonly outputs: readonly string[] | undefined;
  /** True once nobody waits for the answer; a job that still waits is dropped then. */
  readonly abandoned?: () => boolean;
}

export interface Inference {
  readonly outputs: readonly Tensor[];
  readonly waitedMilliseconds: number;
  readonly ranMilliseconds: number;
}

type Answer = Extract<FromWorker, { kind: 'done' | 'failed' }>;

interface Waiting {
  readonly job: Job;
  readonly since: number;
  started: number;
  readonly done: (inference: Inference) => void;
  readonly fail: (error: Error) => void;
}

export interface PoolOptions {
  readonly models: readonly { readonly name: string; readonly path: string }[];
  readonly threads?: number;
  /** How many jobs may wait beyond those that run. */
  readonly queue?: number;
  /** A thread ended unasked: the process cannot serve any more. */
  readonly onLost: (error: Error) => void;
  /** Gets the inputs' buffers when a thread is done with them. */
  readonly buffers?: BufferPool;
}

/** A thread gets its next job before it is done with this one, so that it never waits for the main thread. */
const jobsPerWorker = 2;

/** Sessions of all models in several threads, and the jobs that wait for one. */
export class SessionPool {
  readonly signatures = new Map<string, ModelSignature>();
  readonly #workers: InferenceWorker[] = [];
  readonly #waiting: Waiting[] = [];
  readonly #running = new Map<number, Waiting>();
  readonly #queue: number;
  readonly #buffers: BufferPool | undefined;
  readonly #whenIdle: (() => void)[] = [];
  #nextId = 0;
  #closing = false;
  #starting: Promise<void> | undefined;

  private constructor({ queue = 128, buffers }: PoolOptions) {
    this.#queue = queue;
    this.#buffers = buffers;
  }

  /**
   * Answers when the models answer in one thread. The others load after it: it is ready earlier with the machine
   * to itself, and less is held at once.
   */
  static async start(options: PoolOptions): Promise<SessionPool> {
    const pool = new SessionPool(options);
    const first = await pool.#startWorker(options);
    try {
      for (const model of first) pool.signatures.set(model.name, signatureOf(model));
    } catch (error) {
      await pool.close();
      throw error;
    }
    pool.#starting = pool.#startOthers(options).catch(options.onLost);
    return pool;
  }

  async #startWorker({ models, onLost }: PoolOptions): Promise<readonly LoadedModel[]> {
    const started = await InferenceWorker.start(
      { models },
      {
        onAnswer: (answer) => this.#settle(answer),
        onLost: (error) => {
          if (!this.#closing) onLost(error);
        },
      },
    );
    this.#workers.push(started.worker);
    this.#dispatch();
    return started.models;
  }

  async #startOthers(options: PoolOptions): Promise<void> {
    const { threads = availableParallelism() } = options;
    for (let count = 1; count < threads && !this.#closing; count++) await this.#startWorker(options);
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  get running(): number {
    return this.#running.size;
  }

  /** Throws `queue_full` at once when too many wait already. The buffers of the inputs are gone afterwards. */
  submit(job: Job): Promise<Inference> {
    if (this.#waiting.length >= this.#queue) this.#dropAbandoned();
    if (this.#waiting.length >= this.#queue) throw queueFull(this.#queue);
    return new Promise((done, fail) => {
      this.#waiting.push({ job, since: performance.now(), started: 0, done, fail });
      this.#dispatch();
    });
  }

  /** Answers when nothing runs or waits. */
  async idle(): Promise<void> {
    if (this.#running.size + this.#waiting.length === 0) return;
    await new Promise<void>((done) => this.#whenIdle.push(done));
  }

  /** Finishes what was submitted, then ends the threads. */
  async close(): Promise<void> {
    await this.idle();
    this.#closing = true;
    await this.#starting;
    await Promise.all(this.#workers.map((worker) => worker.stop()));
  }

  #dispatch(): void {
    while (this.#waiting.length > 0) {
      const worker = this.#workers.reduce((a, b) => (b.running < a.running ? b : a));
      if (worker.running >= jobsPerWorker) return;
      const next = this.#waiting.shift();
      if (!next) return;
      if (next.job.abandoned?.()) next.fail(abandoned());
      else this.#run(worker, next);
    }
  }

  #run(worker: InferenceWorker, waiting: Waiting): void {
    const { model, inputs, outputs } = waiting.job;
    const id = this.#nextId++;
    waiting.started = performance.now();
    this.#running.set(id, waiting);
    worker.post({ kind: 'run', id, model, inputs: inputs.map(plainTensor), outputs });
  }

  #settle(answer: Answer): void {
    const waiting = this.#running.get(answer.id);
    this.#running.delete(answer.id);
    if (answer.kind === 'done') for (const buffer of answer.inputBuffers) this.#buffers?.give(buffer);
    this.#dispatch();
    if (!waiting) return;
    if (answer.kind === 'failed') waiting.fail(notComputable(waiting.job.model, answer.message));
    else
      waiting.done({
        outputs: answer.outputs.map(protocolTensor),
        waitedMilliseconds: waiting.started - waiting.since,
        ranMilliseconds: answer.milliseconds,
      });
    if (this.#running.size + this.#waiting.length === 0) for (const done of this.#whenIdle.splice(0)) done();
  }

  #dropAbandoned(): void {
    const kept = this.#waiting.filter(({ job, fail }) => {
      if (!job.abandoned?.()) return true;
      fail(abandoned());
      return false;
    });
    this.#waiting.splice(0, this.#waiting.length, ...kept);
  }
}

function plainTensor({ name, datatype, shape, data }: Tensor): PlainTensor {
  return { name, type: representationOf(datatype).onnx, dims: shape, data };
}

function protocolTensor({ name, type, dims, data }: PlainTensor): Tensor {
  const datatype = datatypeOfOnnx(type);
  if (!datatype) throw new SystemError(`an output of type ${type} came back`);
  // Newer engines answer half-precision arrays of their own kind.
  const bits = datatype === 'FP16' && ArrayBuffer.isView(data);
  return {
    name,
    datatype,
    shape: dims,
    data: bits ? new Uint16Array(data.buffer, data.byteOffset, data.length) : data,
  };
}

function signatureOf(model: LoadedModel): ModelSignature {
  const parse = (tensor: LoadedTensor) => {
    const signature = tensorSignature(tensor);
    if (signature) return signature;
    throw new UserError({
      kind: 'invalid',
      code: 'model_unservable',
      message: `"${tensor.name}" of the model "${model.name}" is of type ${tensor.type}, which the protocol has no name for`,
      action: 'Export the model with tensors of booleans, numbers or text.',
    });
  };
  return { inputs: model.inputs.map(parse), outputs: model.outputs.map(parse) };
}

function queueFull(limit: number): UserError {
  return new UserError({
    kind: 'too-many',
    code: 'queue_full',
    message: `${limit} requests wait already`,
    action: 'Send it again a little later, or serve with more replicas.',
  });
}

function abandoned(): UserError {
  return new UserError({
    kind: 'gone',
    code: 'request_abandoned',
    message: 'the caller went away before the inference started',
    action: 'Send it again.',
  });
}

/** The shapes fit the signature, the graph refuses them all the same (two free sizes that must be equal, for example). */
function notComputable(model: string, message: string): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'not_computable',
    message: `the model "${model}" could not compute this: ${message}`,
    action: 'Check the sizes that the model’s metadata leave free.',
  });
}
