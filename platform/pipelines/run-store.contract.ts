import { digestOf } from '@visavox/core/digest';
import type { RunStore } from '@visavox/core/ports';
import { RunRecord, type TaskRecord } from '@visavox/core/run';
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
