import { createHash, createHmac } from 'node:crypto';
import { join } from 'node:path';
import type { MlflowCredentials } from './credentials.ts';

/** The folder of the Python plug-in that checks what is signed here. */
const pluginFolder = join(import.meta.dirname, 'login');

/** The login of the MLflow that is started here. Whoever has the key gives out tokens; the server stores none. */
export class MlflowLogin {
  readonly #key: Uint8Array;

  /** `key`: 32 random bytes that stay the same from start to start, so that tokens of running steps stay valid. */
  constructor(key: Uint8Array) {
    this.#key = key;
  }

  /** Of this server itself: may do everything. */
  get own(): MlflowCredentials {
    return { MLFLOW_TRACKING_TOKEN: this.#token('visavox') };
  }

  /** Of one task: may log and register, but neither delete nor say which version has which stage. */
  forStep(task: string): MlflowCredentials {
    return { MLFLOW_TRACKING_TOKEN: this.#token(`step:${task}`) };
  }

  /** Of people with a browser, or their own programs. */
  get forPeople(): { readonly name: string; readonly password: string } {
    return { name: 'operator', password: this.#token('operator') };
  }

  /** What the server is started with. */
  get environment(): Readonly<Record<string, string>> {
    return { VISAVOX_MLFLOW_LOGIN_KEY: Buffer.from(this.#key).toString('hex'), PYTHONPATH: pluginFolder };
  }

  /** Tells keys apart without giving them away. */
  get fingerprint(): string {
    return createHash('sha256').update('visavox mlflow login\n').update(this.#key).digest('hex').slice(0, 16);
  }

  #token(subject: string): string {
    const encoded = Buffer.from(subject).toString('base64url');
    return `${encoded}.${createHmac('sha256', this.#key).update(encoded).digest('hex')}`;
  }
}
