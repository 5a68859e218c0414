import { availableParallelism } from 'node:os';
import { SystemError, UserError } from '@visavox/core/errors';
import { datatypeOfOnnx, representationOf } from '../protocol/datatype.ts';
import type { Tensor } from '../protocol/tensor.ts';
import { type Batching, batchSize, mayBatch, shouldBatch } from './batching.ts';
import type { BufferPool } from './buffer-pool.ts';
import { type ModelSignature, tensorSignature } from './signature.ts';
import { InferenceWorker } from './worker.ts';
import type { JobResult, LoadedModel, LoadedTensor, PlainTensor, WorkerAnswer } from './worker-messages.ts';

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
  /** Jobs that ran as one, this one included. */
  readonly together: number;
}

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
  readonly batching?: Batching;
  /** A thread ended unasked: the process cannot serve any more. */
  readonly onLost: (error: Error) => void;
  /** Gets the inputs' buffers when a thread is done with them. */
  readonly buffers?: BufferPool;
}

/** A thread gets its next job before it is done with this one, so that it never waits for the main thread. */
const jobsPerWorker = 2;

/**
 * Many requests share the machine better than one request spread over it; a lone one would leave the other cores
 * idle. It comes to the first worker, whose inferences are spread over so many threads at most.
 */
const widest = 4;

const threadsOf = ({ threads = availableParallelism() }: PoolOptions) => threads;

/** Sessions of all models in several threads, and the jobs that wait for one. */
export class SessionPool {
  readonly signatures = new Map<string, ModelSignature>();
  readonly #workers: InferenceWorker[] = [];
  readonly #waiting: Waiting[] = [];
  readonly #running = new Map<number, readonly Waiting[]>();
  readonly #probing = new Map<number, string>();
  readonly #batched = new Set<string>();
  readonly #batching: Batching;
  readonly #queue: number;
  readonly #buffers: BufferPool | undefined;
  readonly #whenIdle: (() => void)[] = [];
  #nextId = 0;
  #closing = false;
  #starting: Promise<void> | undefined;

  private constructor({ queue = 128, buffers, batching = 'auto' }: PoolOptions) {
    this.#batching = batching;
    this.#queue = queue;
    this.#buffers = buffers;
  }

  /**
   * Answers when the models answer in one thread. The others load after it: it is ready earlier with the machine
   * to itself, and less is held at once.
   */
  static async start(options: PoolOptions): Promise<SessionPool> {
    const pool = new SessionPool(options);
    const first = await pool.#startWorker(options, Math.min(widest, threadsOf(options)));
    try {
      for (const model of first) pool.signatures.set(model.name, signatureOf(model));
    } catch (error) {
      await pool.close();
      throw error;
    }
    pool.#starting = pool.#startOthers(options).catch(options.onLost);
    return pool;
  }

  async #startWorker({ models, onLost }: PoolOptions, width: number): Promise<readonly LoadedModel[]> {
    const started = await InferenceWorker.start(
      { models, width },
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
    const threads = threadsOf(options);
    for (let count = 1; count < threads && !this.#closing; count++) await this.#startWorker(options, 1);
    if (!this.#closing) this.#probe();
  }

  /** The last thread finds out where running jobs together pays; the others answer meanwhile. */
  #probe(): void {
    const worker = this.#workers.at(-1);
    if (!worker || this.#batching === 'off') return;
    for (const [model, signature] of this.signatures) {
      if (!mayBatch(signature)) continue;
      const id = this.#nextId++;
      this.#probing.set(id, model);
      worker.post({ kind: 'probe', id, model, size: batchSize });
    }
  }

  /** The models whose jobs run together when several wait. */
  get batched(): ReadonlySet<string> {
    return this.#batched;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  get running(): number {
    let jobs = 0;
    for (const together of this.#running.values()) jobs += together.length;
    return jobs;
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
      else this.#run(worker, this.#batched.has(next.job.model) ? this.#together(next) : [next]);
    }
  }

  /** Takes what waits for the same outputs of the same model along. Nothing waits for a batch to fill. */
  #together(first: Waiting): readonly Waiting[] {
    const together = [first];
    if (!hasEqualRows(first.job)) return together;
    for (let index = 0; index < this.#waiting.length && together.length < batchSize; ) {
      const other = this.#waiting[index];
      if (other && isLike(first.job, other.job)) {
        this.#waiting.splice(index, 1);
        if (other.job.abandoned?.()) other.fail(abandoned());
        else together.push(other);
      } else index++;
    }
    return together;
  }

  #run(worker: InferenceWorker, together: readonly Waiting[]): void {
    const [first] = together;
    if (!first) return;
    const id = this.#nextId++;
    const now = performance.now();
    for (const waiting of together) waiting.started = now;
    this.#running.set(id, together);
    const jobs = together.map(({ job }) => job.inputs.map(plainTensor));
    worker.post({ kind: 'run', id, model: first.job.model, jobs, outputs: first.job.outputs });
  }

  #settle(answer: WorkerAnswer): void {
    if (answer.kind === 'probed') {
      const model = this.#probing.get(answer.id);
      this.#probing.delete(answer.id);
      if (model !== undefined && shouldBatch(this.#batching, answer)) this.#batched.add(model);
      this.#dispatch();
      return;
    }
    const together = this.#running.get(answer.id) ?? [];
    this.#running.delete(answer.id);
    for (const buffer of answer.inputBuffers) this.#buffers?.give(buffer);
    this.#dispatch();
    for (const [index, waiting] of together.entries())
      finish(waiting, answer.results[index], {
        ranMilliseconds: answer.milliseconds,
        together: together.length,
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

function finish(
  { job, since, started, done, fail }: Waiting,
  result: JobResult | undefined,
  run: { readonly ranMilliseconds: number; readonly together: number },
): void {
  if (!result) fail(new SystemError('a thread answered fewer jobs than it was given'));
  else if (result.outputs)
    done({ outputs: result.outputs.map(protocolTensor), waitedMilliseconds: started - since, ...run });
  else fail(notComputable(job.model, result.message));
}

/** Inputs of different lengths would be joined askew. */
function hasEqualRows({ inputs }: Job): boolean {
  return inputs.every(({ shape }) => shape[0] === inputs[0]?.shape[0]);
}

function isLike(first: Job, other: Job): boolean {
  return (
    other.model === first.model && other.outputs?.join() === first.outputs?.join() && hasEqualRows(other)
  );
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
