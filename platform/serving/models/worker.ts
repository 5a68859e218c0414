import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { SystemError, UserError } from '@visavox/core/errors';
import { requireOnnxRuntime } from '../onnx-runtime.ts';
import type {
  FromWorker,
  LoadedModel,
  ToWorker,
  WorkerAnswer,
  WorkerRequest,
  WorkerStart,
} from './worker-messages.ts';

/** A thread with a session of every model. */
export class InferenceWorker {
  readonly #thread: Worker;
  /** Messages that were posted and not answered. */
  running = 0;

  private constructor(thread: Worker) {
    this.#thread = thread;
  }

  /** Answers when every model is loaded. `onLost` is called when the thread ends without having been asked to. */
  static async start(
    start: WorkerStart,
    events: { onAnswer(answer: WorkerAnswer): void; onLost(error: Error): void },
  ): Promise<{ worker: InferenceWorker; models: readonly LoadedModel[] }> {
    requireOnnxRuntime();
    const thread = new Worker(new URL('./inference-worker.mjs', import.meta.url), {
      workerData: start,
      // Tensors live outside the heap; a small one keeps a thread below 10 MB.
      resourceLimits: { maxYoungGenerationSizeMb: 4 },
      execArgv: [],
    });
    const worker = new InferenceWorker(thread);
    const models = await new Promise<readonly LoadedModel[]>((done, fail) => {
      let ready = false;
      // A failure before that is the caller's to know, not a loss.
      const lose = (error: Error) => (ready ? events.onLost(error) : fail(error));
      thread.on('message', (message: FromWorker) => {
        if (message.kind === 'ready') {
          ready = true;
          done(message.models);
        } else if (message.kind === 'unloadable') fail(unloadable(message.model, message.message));
        else {
          worker.running--;
          events.onAnswer(message);
        }
      });
      thread.on('error', lose);
      thread.on('exit', () => lose(new SystemError('an inference thread ended')));
    });
    return { worker, models };
  }

  post(message: WorkerRequest): void {
    const buffers = new Set<ArrayBuffer>();
    if (message.kind === 'run')
      for (const inputs of message.jobs)
        for (const { data } of inputs) if (ArrayBuffer.isView(data)) buffers.add(data.buffer);
    this.running++;
    this.#thread.postMessage(message, [...buffers]);
  }

  /** Answers when the thread is gone; it finishes what it was given first. */
  async stop(): Promise<void> {
    const gone = once(this.#thread, 'exit');
    this.#thread.postMessage({ kind: 'stop' } satisfies ToWorker);
    await gone;
  }
}

function unloadable(model: string, message: string): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'model_unloadable',
    message: `the model "${model}" cannot be loaded: ${message}`,
    action: 'Check the .onnx file: its format, its operator set and the files with its weights beside it.',
  });
}
