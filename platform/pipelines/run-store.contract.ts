import { digestOf } from '@visavox/core/digest';
import type { RunStore } from '@visavox/core/ports';
import { RunRecord, type TaskRecord } from '@visavox/core/run';
import type { RunQuery } from '@visavox/core/run-summary';
import { beforeEach, describe, expect, it } from 'vitest';

/** What every RunStore promises. Each adapter's test calls this with a factory that gives an empty store. */
export function runStoreContract(makeStore: () => Promise<RunStore>): void {
  describe('run store contract', () => {
    let store: RunStore;
    beforeEach(async () => {
      store = await makeStore();
    });

    it('answers a saved run exactly as it was saved', async () => {
      const run = exampleRun({ id: 'a' });
      await store.save(run);
      expect(await store.get('a')).toEqual(run);
      expect(RunRecord.parse(await store.get('a'))).toEqual(run);
    });

    it('answers undefined for a run that it does not know', async () => {
      expect(await store.get('nobody')).toBeUndefined();
    });

    it('replaces the record and all of its tasks, in the order given', async () => {
      await store.save(exampleRun({ id: 'a', tasks: [exampleTask('one'), exampleTask('two')] }));
      const later = exampleRun({
        id: 'a',
        state: 'succeeded',
        finishedAt: '2026-03-01T10:05:00.000Z',
        tasks: [exampleTask('three'), exampleTask('one', { attempts: 2, reason: 'tried twice' })],
      });
      await store.save(later);
      expect(await store.get('a')).toEqual(later);
    });

    it('keeps two runs that have tasks of the same name apart', async () => {
      await store.save(exampleRun({ id: 'a', tasks: [exampleTask('one', { attempts: 1 })] }));
      await store.save(exampleRun({ id: 'b', tasks: [exampleTask('one', { attempts: 7 })] }));
      expect((await store.get('a'))?.tasks[0]?.attempts).toBe(1);
      expect((await store.get('b'))?.tasks[0]?.attempts).toBe(7);
    });

    it('keeps what was saved, whatever the caller does to its own record afterwards', async () => {
      const run = exampleRun({ id: 'a', tasks: [exampleTask('one')] });
      await store.save(run);
      run.state = 'failed';
      run.tasks.pop();
      expect(await store.get('a')).toMatchObject({ state: 'running', tasks: [{ name: 'one' }] });
    });

    it('lists the newest first, with their tasks, and only so many', async () => {
      await store.save(exampleRun({ id: 'old', createdAt: '2026-03-01T10:00:00.000Z' }));
      await store.save(exampleRun({ id: 'new', createdAt: '2026-03-01T12:00:00.000Z' }));
      await store.save(exampleRun({ id: 'mid', createdAt: '2026-03-01T11:00:00.000Z' }));
      expect((await store.list({})).map((run) => run.id)).toEqual(['new', 'mid', 'old']);
      expect((await store.list({ limit: 2 })).map((run) => run.id)).toEqual(['new', 'mid']);
      expect((await store.list({ limit: 1 }))[0]?.tasks).toHaveLength(1);
    });

    it('lists the unfinished: pending, running and canceling', async () => {
      const states = ['pending', 'running', 'canceling', 'succeeded', 'failed', 'canceled'] as const;
      for (const state of states) await store.save(exampleRun({ id: state, state }));
      const unfinished = await store.list({ unfinished: true });
      expect(unfinished.map((run) => run.id).sort()).toEqual(['canceling', 'pending', 'running']);
    });

    it('keeps what a run was called when it was new, and then what people call it', async () => {
      const run = exampleRun({ id: 'a', name: 'baseline', tags: { team: 'vision' } });
      await store.save(run);
      await store.annotate('a', { name: 'first', note: 'with\nlines', tags: { team: null, keep: 'yes' } });
      await store.save({ ...run, state: 'succeeded' });
      const { tags, ...rest } = run;
      const changed = { name: 'first', note: 'with\nlines', tags: { keep: 'yes' } };
      expect(await store.get('a')).toEqual({ ...rest, ...changed, state: 'succeeded' });
      expect(await store.annotate('a', { name: null, note: null, tags: { keep: null } })).toBe(true);
      const { name, ...bare } = rest;
      expect(await store.get('a')).toEqual({ ...bare, state: 'succeeded' });
      expect(await store.annotate('nobody', { name: 'x' })).toBe(false);
    });

    it('says which runs a beginning of an id or a name means', async () => {
      const at = (hour: number) => `2026-03-01T${hour}:00:00.000Z`;
      await store.save(exampleRun({ id: 'ab_1', createdAt: at(10) }));
      await store.save(exampleRun({ id: 'abx1', createdAt: at(11) }));
      await store.save(exampleRun({ id: 'c', name: 'ab', createdAt: at(12) }));
      expect(await store.named('ab', 5)).toEqual(['c', 'abx1', 'ab_1']);
      expect(await store.named('ab', 2)).toEqual(['c', 'abx1']);
      expect(await store.named('ab_', 5)).toEqual(['ab_1']);
      expect(await store.named('%', 5)).toEqual([]);
      await store.save(exampleRun({ id: 'ab', createdAt: '2026-03-01T01:00:00.000Z' }));
      expect(await store.named('ab', 1)).toEqual(['ab']);
    });

    describe('pages of summaries', () => {
      const ids = async (query: Partial<RunQuery>) => {
        const { runs, total } = await store.page({ start: 0, limit: 10, ...query });
        return [runs.map(({ id }) => id).join(' '), total];
      };

      beforeEach(async () => {
        const of = (id: string, hour: number, accuracy: number | null, changes: Partial<RunRecord> = {}) =>
          store.save(
            exampleRun({
              ...{ id, createdAt: `2026-03-01T${hour}:00:00.000Z`, ...changes },
              tasks: [
                exampleTask('t', { outputs: outputOf(accuracy) }),
                exampleTask('u', { state: 'running', outputs: outputOf(null) }),
              ],
            }),
          );
        await of('a', 10, 0.5, { name: 'Base line', tags: { team: 'vision', kind: 'x' } });
        await of('b', 11, 0.9, { pipeline: 'other', state: 'failed', tags: { team: 'vision' } });
        await of('c', 12, null, { note: '100 %_sure', sweep: 's1' });
      });

      it('come newest first, with metrics and counts in the place of tasks', async () => {
        expect(await ids({ limit: 2 })).toEqual(['c b', 3]);
        expect(await ids({ start: 2, limit: 2 })).toEqual(['a', 3]);
        const [run] = (await store.page({ find: 'base', start: 0, limit: 1 })).runs;
        expect(run).toMatchObject({
          ...{ id: 'a', name: 'Base line', metrics: { accuracy: 0.5 }, parameters: { rate: 0.25 } },
          tasks: { total: 2, finished: 1, running: ['u'] },
        });
        expect(run).not.toHaveProperty('pins');
      });

      it('are of a pipeline, a state, tags, a sweep, or have a text', async () => {
        expect(await ids({ pipeline: 'other' })).toEqual(['b', 1]);
        expect(await ids({ state: 'running' })).toEqual(['c a', 2]);
        expect(await ids({ tags: { team: 'vision' } })).toEqual(['b a', 2]);
        expect(await ids({ tags: { team: 'vision', kind: 'x' } })).toEqual(['a', 1]);
        expect(await ids({ sweep: 's1' })).toEqual(['c', 1]);
        expect(await ids({ find: 'LINE' })).toEqual(['a', 1]);
        expect(await ids({ find: '%_' })).toEqual(['c', 1]);
      });

      it('may be sorted by a metric; runs without it come last', async () => {
        expect(await ids({ sort: { metric: 'accuracy', order: 'desc' } })).toEqual(['b a c', 3]);
        expect(await ids({ sort: { metric: 'accuracy', order: 'asc' } })).toEqual(['a b c', 3]);
      });
    });

    it('finds the newest succeeded task with a cache key', async () => {
      const cacheKey = digestOf('key');
      await store.save(
        exampleRun({
          id: 'a',
          tasks: [
            exampleTask('failed', { cacheKey, state: 'failed', finishedAt: '2026-03-01T10:09:00.000Z' }),
            exampleTask('older', { cacheKey, finishedAt: '2026-03-01T10:01:00.000Z' }),
          ],
        }),
      );
      await store.save(
        exampleRun({
          id: 'b',
          tasks: [exampleTask('newer', { cacheKey, finishedAt: '2026-03-01T10:02:00.000Z' })],
        }),
      );
      await store.save(
        exampleRun({
          id: 'c',
          tasks: [
            exampleTask('hit', {
              cacheKey,
              state: 'skipped',
              cached: true,
              finishedAt: '2026-03-01T10:08:00.000Z',
            }),
          ],
        }),
      );
      expect((await store.findCached(cacheKey))?.name).toBe('newer');
      expect(await store.findCached(digestOf('another key'))).toBeUndefined();
    });

    it('takes saves of one run in quick succession; the last one stays', async () => {
      const saves = Array.from({ length: 10 }, (_, index) =>
        exampleRun({ id: 'a', reason: `save ${index}`, tasks: [exampleTask('one', { attempts: index })] }),
      );
      for (const run of saves) await store.save(run);
      expect(await store.get('a')).toEqual(saves.at(-1));
    });
  });
}

function outputOf(accuracy: number | null): TaskRecord['outputs'] {
  return { parameters: accuracy === null ? {} : { accuracy }, artifacts: {} };
}

export function exampleTask(name: string, changes: Partial<TaskRecord> = {}): TaskRecord {
  return {
    name,
    state: 'succeeded',
    attempts: 1,
    cached: false,
    cacheKey: null,
    command: ['sh', '-c', 'echo "quoted" && echo \'ünïcode\''],
    inputs: {
      parameters: {
        rate: 0.25,
        steps: 10,
        name: 'x',
        flags: [true, 'a', 1],
        options: { deep: { er: null } },
      },
      artifacts: {},
    },
    outputs: {
      parameters: { accuracy: 0.5 },
      artifacts: {
        model: [
          {
            name: 'model',
            digest: digestOf(`model of ${name}`),
            bytes: 12,
            type: 'system.Model',
            metadata: { framework: 'keras' },
          },
        ],
      },
    },
    startedAt: '2026-03-01T10:00:01.000Z',
    finishedAt: '2026-03-01T10:00:02.000Z',
    reason: null,
    cpuSeconds: 0.5,
    ...changes,
  };
}

export function exampleRun(changes: Partial<RunRecord> = {}): RunRecord {
  return {
    id: 'run',
    pipeline: 'example',
    state: 'running',
    reason: null,
    trigger: 'manual',
    engine: 'local',
    pins: {
      pipeline: digestOf('pipeline'),
      code: digestOf('code'),
      environment: digestOf('environment'),
      datasets: [digestOf('dataset')],
      parameters: { rate: 0.25, list: [1, 'two', { three: 3 }] },
      seed: 7,
    },
    trackingRun: null,
    tasks: [exampleTask('one')],
    createdAt: '2026-03-01T10:00:00.000Z',
    finishedAt: null,
    ...changes,
  };
}
