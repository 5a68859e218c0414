import { createHmac, timingSafeEqual } from 'node:crypto';
import { canonicalJson } from '@visavox/core/digest';
import type { ModelVersion } from '@visavox/core/model';

/** Says of a model version that this installation wrote it down: which bundle it is, what made it, and its metrics. */
export class VersionSignatures {
  readonly #key: Uint8Array;

  /** `key`: 32 bytes that every server of the installation has, and no step of a pipeline. */
  constructor(key: Uint8Array) {
    this.#key = key;
  }

  /** `hmac-sha256:` and 64 hexadecimal digits; the time of registration is left out, which is MLflow's own. */
  of({ name, version, bundle, run, metrics }: ModelVersion): string {
    const signed = canonicalJson({ format: 1, name, version, bundle, run, metrics });
    return `hmac-sha256:${createHmac('sha256', this.#key).update(signed).digest('hex')}`;
  }

  fits(model: ModelVersion, signature: string | undefined): boolean {
    const expected = Buffer.from(this.of(model));
    const given = Buffer.from(signature ?? '');
    return expected.length === given.length && timingSafeEqual(expected, given);
  }
}
