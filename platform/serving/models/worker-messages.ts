import type { NumberArray } from '../protocol/datatype.ts';

/** What `inference-worker.mjs` is started with. */
export interface WorkerStart {
  readonly models: readonly { readonly name: string; readonly path: string }[];
  /** Threads that share the work of one inference. */
  readonly width: number;
}

/** An onnxruntime tensor in plain data, as it crosses between threads. */
export interface PlainTensor {
  readonly name: string;
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: NumberArray | readonly string[];
}

export interface LoadedTensor {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly (number | string)[];
}

export interface LoadedModel {
  readonly name: string;
  readonly inputs: readonly LoadedTensor[];
  readonly outputs: readonly LoadedTensor[];
}

export type ToWorker =
  | {
      readonly kind: 'run';
      readonly id: number;
      readonly model: string;
      /** The inputs of each job; several run as one. */
      readonly jobs: readonly (readonly PlainTensor[])[];
      readonly outputs: readonly string[] | undefined;
    }
  | { readonly kind: 'probe'; readonly id: number; readonly model: string; readonly size: number }
  | { readonly kind: 'stop' };

export type JobResult =
  | { readonly outputs: readonly PlainTensor[]; readonly message?: undefined }
  | { readonly outputs?: undefined; readonly message: string };

export type FromWorker =
  | { readonly kind: 'ready'; readonly models: readonly LoadedModel[] }
  | { readonly kind: 'unloadable'; readonly model: string; readonly message: string }
  | {
      readonly kind: 'done';
      readonly id: number;
      readonly results: readonly JobResult[];
      /** Wall time of the inference alone. */
      readonly milliseconds: number;
      /** What the inputs lay in, given back. */
      readonly inputBuffers: readonly ArrayBuffer[];
    }
  | { readonly kind: 'probed'; readonly id: number; readonly same: boolean; readonly gain: number };

export type WorkerAnswer = Extract<FromWorker, { kind: 'done' | 'probed' }>;
export type WorkerRequest = Exclude<ToWorker, { kind: 'stop' }>;
