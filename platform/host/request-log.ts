import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RequestLogPort, ServedRequest } from '@visavox/api/resources';
import { maskedValue } from '@visavox/core/masked-request';
import type { EnvironmentDeclaration } from './project.ts';

export interface RequestLogResources {
  readonly folder: string;
  /** What is logged of a model in an environment; undefined: nothing, which is so unless the project says otherwise. */
  readonly wishOf: (environment: string, model: string) => EnvironmentDeclaration['logRequests'];
  readonly now: () => Date;
  readonly report: (error: unknown) => void;
  /** From 0 up to 1; for tests. */
  readonly random?: () => number;
}

/** Larger ones are kept as their size alone. */
const mostCharacters = 256 * 1024;

/** What models were asked and answered, a line of JSON each: a sample of it, without what is to be hidden. */
export class RequestLog implements RequestLogPort {
  readonly #resources: RequestLogResources;
  #tail: Promise<void> = Promise.resolve();

  constructor(resources: RequestLogResources) {
    this.#resources = resources;
  }

  /** Whether this request is one of the sample. */
  wants(environment: string, model: string): boolean {
    const { wishOf, random = Math.random } = this.#resources;
    const wish = wishOf(environment, model);
    return wish !== undefined && random() < wish.sample;
  }

  /** Nobody waits for it, and a disk that is full makes no request fail. */
  record(request: ServedRequest): void {
    this.#tail = this.#tail.then(() => this.#write(request)).catch(this.#resources.report);
  }

  /** Once everything is written. */
  close(): Promise<void> {
    return this.#tail;
  }

  async #write({ request, response, ...about }: ServedRequest): Promise<void> {
    const { folder, now, wishOf } = this.#resources;
    const { environment, model } = about;
    const hidden = new Set(wishOf(environment, model)?.mask ?? []);
    const at = now().toISOString();
    const line = {
      ...{ at, ...about },
      ...{ request: shown(request, hidden), response: shown(response, hidden) },
    };
    const path = join(folder, environment, model);
    await mkdir(path, { recursive: true, mode: 0o700 });
    await appendFile(join(path, `${at.slice(0, 10)}.jsonl`), `${JSON.stringify(line)}\n`, { mode: 0o600 });
  }
}

/** What is no JSON, such as tensors in bytes, cannot be masked, and is kept as its size. */
function shown(bytes: Uint8Array, hidden: ReadonlySet<string>): unknown {
  if (bytes.length > mostCharacters) return { bytes: bytes.length };
  try {
    return maskedValue(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)), hidden);
  } catch {
    return { bytes: bytes.length };
  }
}
