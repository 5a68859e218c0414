import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '@visavox/core/errors';
import type { Content } from '@visavox/core/object-store';
import type { RunRecord } from '@visavox/core/run';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { component, pipeline } from '../definition.ts';
import { MemoryRunStore } from '../memory-run-store.ts';
import type { RunHooks } from '../run-hooks.ts';
import { type EngineForTest, engineForTest, MemoryObjectStore, requestFor } from '../testing.ts';

class Away extends Error {}

/** Away when a test says so. */
let isAway: boolean;

class CutObjects extends MemoryObjectStore {
  override async put(key: string, content: Content): Promise<void> {
    if (isAway) throw new Away('the store does not answer');
    await super.put(key, content);
  }

  override async get(key: string): Promise<Uint8Array> {
    // As a fault that says it in its own words.
    if (isAway) throw gone(new Away('the store does not answer'));
    return super.get(key);
  }

  override async has(key: string): Promise<boolean> {
    if (isAway) throw new Away('the store does not answer');
    return super.has(key);
  }
}

class CutRuns extends MemoryRunStore {
  override async findCached(key: string): ReturnType<MemoryRunStore['findCached']> {
    if (isAway) throw new Away('the connection ended');
    return super.findCached(key);
  }
}

function gone(cause: Error): UserError {
  return new UserError({
    kind: 'gone',
    code: 'code_missing',
    message: cause.message,
    action: 'Wait.',
    cause,
  });
}

let folder: string;
let runs: CutRuns;
let objects: CutObjects;
let test: EngineForTest;
const options = () => ({ folder, runs, objects, isAway: (error: unknown) => error instanceof Away });
beforeEach(async () => {
  isAway = false;
  folder = await mkdtemp(join(tmpdir(), 'visavox-outages-'));
  [runs, objects] = [new CutRuns(), new CutObjects()];
  test = await engineForTest(options());
});
afterEach(async () => {
  await test.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

const write = component({
  name: 'write',
  inputs: { before: { type: 'artifact', optional: true } },
  outputs: { text: 'artifact' },
  command: ({ outputs }) => ['sh', '-c', 'sleep 0.3; echo done > "$0"', outputs.text.path],
});
const chain = pipeline({ name: 'chain' }, (p) => {
  const first = p.task(write, {}, { name: 'first' });
  p.task(write, { before: first.outputs.text }, { name: 'second' });
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(20);
}

const statesOf = (run: RunRecord) =>
  run.tasks.map(({ name, state, attempts }) => `${name} ${state} ${attempts}`);

it('a task that cannot store what it made, or be given its inputs, waits and says so', async () => {
  const id = await test.engine.submit(requestFor(chain));
  await until(async () => (await test.engine.get(id)).tasks[0]?.state === 'running');
  isAway = true;
  await until(async () => /does not answer/.test((await runs.get(id))?.tasks[0]?.reason ?? ''));
  isAway = false;
  const run = await test.engine.wait(id);
  expect(run).toMatchObject({ state: 'succeeded', reason: null });
  expect(statesOf(run)).toEqual(['first succeeded 1', 'second succeeded 1']);
  expect(run.tasks.map(({ reason }) => reason)).toEqual([null, null]);
});

it('a run that waits for a store can be canceled', async () => {
  const id = await test.engine.submit(requestFor(chain));
  await until(async () => (await test.engine.get(id)).tasks[0]?.state === 'running');
  isAway = true;
  await until(async () => /does not answer/.test((await runs.get(id))?.tasks[0]?.reason ?? ''));
  await test.engine.cancel(id);
  expect((await test.engine.wait(id)).state).toBe('canceled');
});

it('a fault of the step itself is not waited for', async () => {
  const broken = component({
    name: 'broken',
    outputs: { text: 'artifact' },
    command: ['sh', '-c', 'exit 3'],
  });
  const id = await test.engine.submit(requestFor(pipeline({ name: 'broken' }, (p) => void p.task(broken))));
  expect((await test.engine.wait(id)).state).toBe('failed');
});

it('an engine that starts while a store is away continues runs once it is back', async () => {
  const id = await test.engine.submit(requestFor(chain));
  await until(async () => (await test.engine.get(id)).tasks[0]?.state === 'running');
  await test.engine.close();
  isAway = true;
  const next = await engineForTest(options());
  const recovering = next.engine.recover();
  await sleep(300);
  expect((await runs.get(id))?.state).toBe('running');
  isAway = false;
  expect(await recovering).toEqual([id]);
  expect((await next.engine.wait(id)).state).toBe('succeeded');
  await next.engine.close();
});

it('a run that has been tracked says no more that it waits for that, also where another engine waited', async () => {
  const id = await test.engine.submit(requestFor(chain));
  await test.engine.close();
  const saved = await runs.get(id);
  if (!saved) throw new Error('the run was not saved');
  await runs.save({ ...saved, state: 'pending', reason: 'waits to be tracked, next try in 1 s: no answer' });
  const next = await engineForTest(options());
  await next.engine.recover();
  expect(await next.engine.wait(id)).toMatchObject({ state: 'succeeded', reason: null });
  await next.engine.close();
});

it('a run that is canceled while it begins to be tracked ends there too', async () => {
  const ended: (string | null)[] = [];
  const hooks: RunHooks = {
    onRunStarted: async () => {
      await sleep(300);
      return { trackingRun: 'tracked', environment: {} };
    },
    onRunFinished: async ({ trackingRun }) => {
      ended.push(trackingRun);
      return [];
    },
  };
  const tracking = await engineForTest({ ...options(), folder: join(folder, 'tracking'), hooks });
  const id = await tracking.engine.submit(requestFor(chain));
  await sleep(100);
  await tracking.engine.cancel(id);
  expect((await tracking.engine.wait(id)).state).toBe('canceled');
  expect(ended).toEqual(['tracked']);
  await tracking.engine.close();
});

it('a run whose record was saved although nobody works on it is worked on when it is asked for again', async () => {
  const request = requestFor(chain);
  const other = await engineForTest({ ...options(), folder: join(folder, 'other') });
  await other.engine.submit(request);
  await other.engine.close();
  expect((await runs.get(request.id))?.state).not.toBe('succeeded');
  await test.engine.submit(request);
  expect((await test.engine.wait(request.id)).state).toBe('succeeded');
});
