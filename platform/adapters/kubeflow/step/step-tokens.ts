import { createHmac } from 'node:crypto';
import { sameSecret } from '@visavox/core/token';

/** Which step a token is for. */
export interface StepIdentity {
  readonly run: string;
  readonly executor: string;
}

/**
 * Tokens by which steps in pods show which run they belong to. They stand in what Kubeflow is given, where whoever may read
 * the run finds them: each opens what its one step is given, and only while its run has not ended. Every process of an
 * installation has the same key.
 */
export class StepTokens {
  readonly #key: Uint8Array;

  constructor(key: Uint8Array) {
    this.#key = key;
  }

  tokenOf({ run, executor }: StepIdentity): string {
    const claim = Buffer.from(JSON.stringify([run, executor])).toString('base64url');
    return `${claim}.${this.#sign(claim)}`;
  }

  /** Undefined where it is no token of this installation. */
  read(token: string): StepIdentity | undefined {
    const [claim = '', signature = ''] = token.split('.');
    if (!sameSecret(signature, this.#sign(claim))) return undefined;
    const [run, executor] = JSON.parse(Buffer.from(claim, 'base64url').toString()) as [string, string];
    return { run, executor };
  }

  #sign(claim: string): string {
    return createHmac('sha256', this.#key).update(`step ${claim}`).digest('base64url');
  }
}
