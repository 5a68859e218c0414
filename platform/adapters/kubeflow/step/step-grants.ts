import { type Digest, digestOf, hexOf } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import type { ObjectStore } from '@visavox/core/object-store';
import type { RunStore } from '@visavox/core/ports';
import { isFinished, type RunRecord, type TaskEnvironment } from '@visavox/core/run';
import { pinnedSpec } from '@visavox/pipelines/admission';
import { findCode } from '@visavox/pipelines/code/stored-code';
import { readDataset } from '@visavox/pipelines/dataset-folder';
import { Lock } from '@visavox/pipelines/environments/environments';
import { readNote } from '../run-note.ts';
import { grantOf, StepEnvironment, type StepGrant } from './step-grant.ts';
import type { StepTokens } from './step-tokens.ts';

interface Opened {
  readonly grant: StepGrant;
  /** Everything that the step may read. */
  readonly blobs: ReadonlySet<Digest>;
}

const remembered = 50;

/** What steps in pods may read, and what they tell of themselves, by the tokens that they show. */
export class StepGrants {
  readonly #tokens: StepTokens;
  readonly #runs: Pick<RunStore, 'get'>;
  readonly #objects: ObjectStore;
  readonly #opened = new Map<string, Promise<Opened>>();

  constructor({
    tokens,
    runs,
    objects,
  }: {
    readonly tokens: StepTokens;
    readonly runs: Pick<RunStore, 'get'>;
    readonly objects: ObjectStore;
  }) {
    this.#tokens = tokens;
    this.#runs = runs;
    this.#objects = objects;
  }

  /** Throws a UserError `step_token_invalid` where it is no token of a run that is under way. */
  async grant(token: string): Promise<StepGrant> {
    return (await this.#open(token)).grant;
  }

  /** Throws a UserError `step_may_not_read` for what is no part of what the step is given. */
  async requireReadable(token: string, digest: Digest): Promise<void> {
    const { blobs, grant } = await this.#open(token);
    if (blobs.has(digest)) return;
    throw new UserError({
      kind: 'forbidden',
      code: 'step_may_not_read',
      message: `the step ${grant.executor} of run ${grant.run} is not given ${digest}`,
      action: 'Make it an input of the component.',
    });
  }

  async findLock(token: string, question: Digest): Promise<Lock | undefined> {
    await this.#open(token);
    const key = lockKey(question);
    if (!(await this.#objects.has(key))) return undefined;
    return Lock.parse(JSON.parse(new TextDecoder().decode(await this.#objects.get(key))));
  }

  /** Returns the lock that is kept: the first stays, so that what was resolved once is the same for all, unless a run is made anew. */
  async keepLock(token: string, question: Digest, lock: Lock): Promise<Lock> {
    const { grant } = await this.#open(token);
    const known = grant.anew ? undefined : await this.findLock(token, question);
    if (known) return known;
    await this.#objects.put(lockKey(question), new TextEncoder().encode(JSON.stringify(lock)));
    return lock;
  }

  async keepEnvironment(token: string, environment: StepEnvironment): Promise<void> {
    const { grant } = await this.#open(token);
    const bytes = new TextEncoder().encode(JSON.stringify(environment));
    await this.#objects.put(environmentKey(grant.run, grant.executor), bytes);
  }

  async #open(token: string): Promise<Opened> {
    const identity = this.#tokens.read(token);
    const run = identity && (await this.#runs.get(identity.run));
    if (!identity || !run || isFinished(run.state)) throw invalidToken();
    // A run that is resumed may be pinned to other code.
    const key = `${token} ${run.pins.code}`;
    const known = this.#opened.get(key);
    if (known) return known;
    const opening = this.#read(identity.executor, run);
    this.#opened.set(key, opening);
    opening.catch(() => this.#opened.delete(key));
    const [oldest] = this.#opened.keys();
    if (oldest !== undefined && this.#opened.size > remembered) this.#opened.delete(oldest);
    return opening;
  }

  async #read(executor: string, run: RunRecord): Promise<Opened> {
    const objects = this.#objects;
    const manifest = await findCode(objects, run.pins.code);
    const { useCache } = await readNote(objects, run.id);
    const spec = await pinnedSpec(objects, run.pins.pipeline);
    const code = manifest && run.pins.code;
    const grant = grantOf(spec, run, { executor, code, anew: !useCache });
    if (!grant) throw invalidToken();
    const blobs = new Set<Digest>(grant.datasets);
    for (const digest of grant.datasets)
      for (const item of (await readDataset(objects, digest)).items) blobs.add(item.digest);
    if (grant.code !== null && manifest) {
      blobs.add(grant.code);
      for (const { digest } of manifest.files) blobs.add(digest);
    }
    return { grant, blobs };
  }
}

/** What the steps of an executor told of their environment; undefined where they have none of their own. */
export async function toldEnvironment(
  objects: ObjectStore,
  run: string,
  executor: string,
): Promise<TaskEnvironment | undefined> {
  const key = environmentKey(run, executor);
  if (!(await objects.has(key))) return undefined;
  return StepEnvironment.parse(JSON.parse(new TextDecoder().decode(await objects.get(key))));
}

function lockKey(question: Digest): string {
  return `environments/${hexOf(question)}.json`;
}

/** An executor's label may have any characters. */
function environmentKey(run: string, executor: string): string {
  return `runs/${run}/environments/${hexOf(digestOf(executor))}.json`;
}

function invalidToken(): UserError {
  return new UserError({
    kind: 'unauthenticated',
    code: 'step_token_invalid',
    message: 'this token belongs to no step of a run that is under way',
    action: 'Start the run again: what is left of one that has ended or was canceled cannot go on.',
  });
}
