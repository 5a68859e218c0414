import type { Digest } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import type { Tensor } from '../protocol/tensor.ts';
import type { ModelFolder } from './model-folder.ts';
import type { Inference, SessionPool } from './session-pool.ts';
import { checkInputs, checkOutputs, type ModelSignature } from './signature.ts';

export interface ServedModel {
  readonly name: string;
  readonly version: string;
  readonly signature: ModelSignature;
}

export interface InferenceRequest {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly string[] | undefined;
  readonly abandoned: () => boolean;
}

type State = 'loading' | 'ready' | 'draining';

/** The models of one folder, as both protocols see them. */
export class ModelService {
  #state: State = 'loading';
  #bundle: Digest | null = null;
  #pool: SessionPool | undefined;
  readonly #models = new Map<string, ServedModel>();

  open(folder: ModelFolder, pool: SessionPool): void {
    for (const { name, version } of folder.models) {
      const signature = pool.signatures.get(name);
      if (signature) this.#models.set(name, { name, version, signature });
    }
    this.#bundle = folder.bundle;
    this.#pool = pool;
    if (this.#state === 'loading') this.#state = 'ready';
  }

  /** Not ready any more; requests are answered all the same, since some arrive before everybody knows. */
  drain(): void {
    this.#state = 'draining';
  }

  get ready(): boolean {
    return this.#state === 'ready';
  }

  get draining(): boolean {
    return this.#state === 'draining';
  }

  get bundle(): Digest | null {
    return this.#bundle;
  }

  get models(): readonly ServedModel[] {
    return [...this.#models.values()];
  }

  get waiting(): number {
    return this.#pool?.waiting ?? 0;
  }

  get running(): number {
    return this.#pool?.running ?? 0;
  }

  /** An empty version is any. */
  find(name: string, version: string | undefined): ServedModel {
    const model = this.#models.get(name);
    if (!model && this.#state === 'loading') throw loading();
    if (!model)
      throw noSuchModel(`there is no model "${name}"; there are: ${[...this.#models.keys()].join(', ')}`);
    if (version && version !== model.version)
      throw noSuchModel(`the model "${name}" has no version "${version}"; it has "${model.version}"`);
    return model;
  }

  async infer(model: ServedModel, { inputs, outputs, abandoned }: InferenceRequest): Promise<Inference> {
    checkInputs(model.name, model.signature, inputs);
    if (outputs) checkOutputs(model.name, model.signature, outputs);
    if (!this.#pool) throw loading();
    return await this.#pool.submit({ model: model.name, inputs, outputs, abandoned });
  }
}

function noSuchModel(message: string): UserError {
  return new UserError({
    kind: 'not-found',
    code: 'model_missing',
    message,
    action: 'Ask POST /v2/repository/index for what is served.',
  });
}

function loading(): UserError {
  return new UserError({
    kind: 'unavailable',
    code: 'models_loading',
    message: 'the models are being loaded',
    action: 'Wait until /v2/health/ready answers 200.',
  });
}
