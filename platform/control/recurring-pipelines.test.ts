import { type Digest, digestOf } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import type { RunRequest } from '@visavox/core/ports';
import type { RunRecord } from '@visavox/core/run';
import { MemoryRunStore } from '@visavox/pipelines/memory-run-store';
import { exampleRun } from '@visavox/pipelines/run-store.contract';
import { beforeEach, describe, expect, it } from 'vitest';
import { RecurringPipelines } from './recurring-pipelines.ts';
import type { Trigger } from './trigger.ts';
import { newDatasetVersion } from './triggers/new-dataset-version.ts';
import { schedule } from './triggers/schedule.ts';

let kept: Map<string, unknown>;
let runs: MemoryRunStore;
let submitted: RunRequest[];
let clock: Date;
let latest: Digest | undefined;
/** What the engine throws at the next submission. */
let trouble: Error | undefined;

beforeEach(() => {
  kept = new Map();
  runs = new MemoryRunStore();
  submitted = [];
  clock = new Date('2026-01-05T12:00:00Z');
  latest = undefined;
  trouble = undefined;
});

/** As a process that was started anew finds it. */
function started(triggers: readonly Trigger[], pin?: () => Promise<never>): RecurringPipelines {
  return new RecurringPipelines({
    pipelines: [{ name: 'report', pipelineSpec: {}, parameters: { of: 'sales' }, triggers, useCache: false }],
    state: {
      get: async (key) => structuredClone(kept.get(key)),
      set: async (key, value) => void kept.set(key, structuredClone(value)),
    },
    engine: {
      submit: async (request) => {
        if (trouble) throw trouble;
        submitted.push(request);
        if (!(await runs.get(request.id))) await runs.save(exampleRun({ id: request.id, tasks: [] }));
        return request.id;
      },
    },
    runs,
    datasets: { latest: async () => latest },
    pin: pin ?? (async ({ parameters }) => ({ parameters, datasets: [] })),
    exclusively: (work) => work(),
    newId: () => `run ${submitted.length + 1}`,
    now: () => clock,
    report: () => {},
  });
}

async function ends(id: string, state: RunRecord['state']): Promise<void> {
  const run = await runs.get(id);
  if (run) await runs.save({ ...run, state });
}

const at = (time: string) => {
  clock = new Date(time);
};
const nightly = [schedule('0 3 * * *')];

describe('a schedule', () => {
  it('runs a pipeline at its times, and says when the next one is', async () => {
    const recurring = started(nightly);
    await recurring.tick();
    expect(submitted).toEqual([]);
    expect(await recurring.list()).toMatchObject([{ name: 'report', next: '2026-01-06T03:00:00.000Z' }]);

    at('2026-01-06T03:00:00Z');
    await recurring.tick();
    await recurring.tick();
    expect(submitted).toMatchObject([{ trigger: expect.stringContaining('0 3 * * *'), useCache: false }]);
    expect(await recurring.list()).toMatchObject([{ run: 'run 1', next: '2026-01-07T03:00:00.000Z' }]);
  });

  it('makes up once for what passed while nothing ran here or the last run took long', async () => {
    await started(nightly).tick();
    at('2026-01-09T12:00:00Z');
    const recurring = started(nightly);
    await recurring.tick();
    await recurring.tick();
    expect(submitted).toHaveLength(1);
    at('2026-01-12T12:00:00Z');
    await recurring.tick();
    expect(submitted, 'one run of it at a time').toHaveLength(1);
    await ends('run 1', 'failed');
    await recurring.tick();
    await ends('run 2', 'failed');
    await recurring.tick();
    expect(submitted, 'what failed waits for the next time').toHaveLength(2);
  });
});

it('a new version of a dataset runs a pipeline once', async () => {
  const recurring = started([newDatasetVersion('sales')]);
  await recurring.tick();
  expect(submitted).toEqual([]);
  latest = digestOf('first');
  await recurring.tick();
  await ends('run 1', 'succeeded');
  await recurring.tick();
  expect(submitted).toHaveLength(1);
});

describe('after a crash', () => {
  it('what was written down is submitted as it was, and is one run', async () => {
    await started(nightly).tick();
    at('2026-01-06T03:00:00Z');
    trouble = new Error('killed');
    await started(nightly).tick();
    expect(submitted).toEqual([]);
    trouble = undefined;
    const recurring = started([]);
    await recurring.tick();
    await recurring.tick();
    expect(submitted.map(({ id }) => id)).toEqual(['run 1']);
  });
});

describe('somebody who wants it now', () => {
  it('has it run, and is told of the run that is under way already', async () => {
    const recurring = started([]);
    expect(await recurring.runNow('report', 'by hand')).toEqual({ run: 'run 1', started: true });
    expect(await recurring.runNow('report', 'by hand')).toEqual({ run: 'run 1', started: false });
    expect(submitted).toHaveLength(1);
  });

  it('is known to have asked for it, also where the engine has it later', async () => {
    const recurring = started([]);
    trouble = new UserError({ kind: 'unavailable', code: 'away', message: 'away', action: 'Wait.' });
    expect(await recurring.runNow('report', 'by hand', 'ada')).toEqual({ run: 'run 1', started: true });
    trouble = undefined;
    await recurring.tick();
    expect(submitted).toMatchObject([{ id: 'run 1', by: 'ada' }]);
  });

  it('is told what is wrong, which is not tried again until it is due', async () => {
    const recurring = started([]);
    trouble = new UserError({ kind: 'invalid', code: 'odd', message: 'It is odd.', action: 'Do not.' });
    await expect(recurring.runNow('report', 'by hand')).rejects.toThrow('It is odd.');
    expect(await recurring.list()).toMatchObject([{ run: null, trouble: 'It is odd. Do not.' }]);
    trouble = undefined;
    await recurring.tick();
    expect(submitted).toEqual([]);
  });

  it('is told which pipelines there are', async () => {
    await expect(started([]).runNow('raport', 'by hand')).rejects.toMatchObject({
      code: 'unknown_pipeline',
      action: 'Use one that is: report.',
    });
  });
});

it('a pause lasts over a restart, and nothing begins by itself meanwhile', async () => {
  const recurring = started(nightly);
  await recurring.tick();
  expect(await recurring.setPaused('report', true)).toMatchObject({ paused: true, next: null });
  at('2026-01-06T03:00:00Z');
  await started(nightly).tick();
  expect(submitted).toEqual([]);
  await started(nightly).setPaused('report', false);
  await started(nightly).tick();
  expect(submitted).toHaveLength(1);
});

it('a dataset that is not there yet is waited for, and said', async () => {
  await started(nightly).tick();
  at('2026-01-06T03:00:00Z');
  const missing = new UserError({
    ...{ kind: 'invalid', code: 'unknown_dataset', message: 'There is no sales.', action: 'Import it.' },
  });
  const waiting = started(nightly, () => Promise.reject(missing));
  await waiting.tick();
  expect(await waiting.list()).toMatchObject([{ trouble: 'There is no sales. Import it.' }]);
  await started(nightly).tick();
  expect(submitted).toHaveLength(1);
  expect(await started(nightly).list()).toMatchObject([{ trouble: null }]);
});

it('triggers that wait for counts are for models', () => {
  const counting: Trigger = { name: 'thresholds', due: async () => null, thresholds: { items: 10 } };
  expect(() => started([counting])).toThrow(expect.objectContaining({ code: 'unknown_count' }));
});
