import { SystemError, UserError } from '@visavox/core/errors';
import type { TrackedMetric, TrackedState } from '@visavox/core/ports';
import type { RunRecord, TaskRecord } from '@visavox/core/run';
import { pino } from 'pino';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ApiEnv } from './api-env.ts';
import { addCurveRoute } from './curve-route.ts';
import { answerError } from './problem.ts';
import { openApi } from './shell.ts';

const digest = `sha256:${'0'.repeat(64)}` as const;
const began = Date.parse('2026-03-01T10:00:00Z');
const metric = (key: string, step: number, value: number): TrackedMetric => ({
  ...{ key, step, value },
  time: new Date(began + step * 1000),
});

const task = (name: string, more: Partial<TaskRecord> = {}): TaskRecord => ({
  ...{ name, state: 'running', attempts: 1, cached: false, cacheKey: null, command: [] },
  ...{ inputs: { parameters: {}, artifacts: {} }, outputs: { parameters: {}, artifacts: {} } },
  ...{ startedAt: '2026-03-01T09:59:58.000Z', finishedAt: null, reason: null, cpuSeconds: null },
  ...more,
});
const ended = { state: 'succeeded', finishedAt: '2026-03-01T10:01:00.000Z' } as const;

let tasks: TaskRecord[];
let logged: Map<string, TrackedMetric[]>;
let state: Omit<TrackedState, 'metrics'>;
let asked: string[];
let fault: Error | undefined;
let whileAsked: (key: string) => void;
let ask: (path?: string) => Promise<{ status: number; body: Awaited<ReturnType<Response['json']>> }>;

const run = (): RunRecord => ({
  ...{ id: 'r1', pipeline: 'digits', state: 'running', reason: null, trigger: 'manual', engine: 'local' },
  pins: {
    ...{ pipeline: digest, code: digest, environment: digest },
    ...{ datasets: [], parameters: {}, seed: 0 },
  },
  ...{ trackingRun: 'parent', tasks, createdAt: '2026-03-01T09:59:00.000Z', finishedAt: null },
});

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  tasks = [];
  logged = new Map();
  state = { ended: false };
  asked = [];
  fault = undefined;
  whileAsked = () => {};
  const app = openApi<ApiEnv>();
  app.onError((error, c) => answerError(error, c, { log: pino({ level: 'silent' }), refused: () => {} }));
  addCurveRoute(app, {
    engine: { get: async () => run() },
    curves: {
      async latest(id) {
        asked.push(id);
        if (fault) throw fault;
        const newest = new Map(logged.get(id)?.map((one) => [one.key, one]));
        return { ...state, metrics: [...newest.values()] };
      },
      async history(id, key) {
        asked.push(`${id} ${key}`);
        whileAsked(`${id} ${key}`);
        return (logged.get(id) ?? []).filter((one) => one.key === key);
      },
    },
  });
  ask = async (path = '') => {
    const answer = await app.request(`/api/v1/runs/r1/curves${path}`);
    return { status: answer.status, body: await answer.json() };
  };
  return () => vi.useRealTimers();
});

describe('the curves of a run', () => {
  it('are those of its tasks, in the order of the run, what it is judged by first', async () => {
    tasks = [task('read'), task('train', { trackingRun: 't' })];
    logged.set('t', [
      ...[metric('lr', 0, 0.1), metric('val_loss', 0, 0.9)],
      ...[metric('loss', 0, 0.8), metric('loss', 1, Number.NaN)],
    ]);
    const { body } = await ask();
    expect(body).toEqual({
      problem: null,
      tasks: [
        expect.objectContaining({ name: 'read', metrics: [] }),
        {
          ...{ name: 'train', state: 'running', cached: false, stepsAre: 'step' },
          startedAt: '2026-03-01T09:59:58.000Z',
          metrics: [
            {
              ...{ name: 'loss', chart: 'loss', logged: 2 },
              points: [
                { step: 0, value: 0.8, time: '2026-03-01T10:00:00.000Z' },
                { step: 1, value: 'NaN', time: '2026-03-01T10:00:01.000Z' },
              ],
            },
            expect.objectContaining({ name: 'val_loss', chart: 'loss' }),
            expect.objectContaining({ name: 'lr', chart: 'lr' }),
          ],
        },
      ],
    });
  });

  it('count epochs where the task was told how many', async () => {
    tasks = [task('train', { inputs: { parameters: { max_epochs: 3 }, artifacts: {} } })];
    expect((await ask()).body.tasks[0].stepsAre).toBe('epoch');
  });

  it('leave out what MLflow logs of the machine, unless it is asked for', async () => {
    tasks = [task('train', { ...ended, trackingRun: 't' })];
    state = { ended: true };
    logged.set('t', [metric('loss', 0, 1), metric('system/cpu', 0, 50)]);
    const names = ({ body }: Awaited<ReturnType<typeof ask>>) =>
      body.tasks[0].metrics.map(({ name }: { name: string }) => name);
    expect(names(await ask())).toEqual(['loss']);
    expect(names(await ask('?system=true'))).toEqual(['loss', 'system/cpu']);
    expect(names(await ask())).toEqual(['loss']);
    expect(asked).toEqual(['t', 't loss', 't system/cpu']);
  });

  it('are of one task where it is named, and the task has to be there', async () => {
    tasks = [task('read'), task('train')];
    expect((await ask('?task=train')).body.tasks).toMatchObject([{ name: 'train' }]);
    expect(await ask('?task=trian')).toMatchObject({
      status: 404,
      body: { code: 'unknown_task', action: 'Ask for one of read, train.' },
    });
  });
});

describe('MLflow is asked', () => {
  it('for new points as a task goes on, and once more when it has ended, and never again', async () => {
    tasks = [task('train', { trackingRun: 't' })];
    logged.set('t', [metric('loss', 0, 0.9), metric('lr', 0, 0.1)]);
    await Promise.all([ask(), ask()]);
    expect(asked).toEqual(['t', 't loss', 't lr']);
    await ask();
    expect(asked, 'what was read a moment ago').toHaveLength(3);

    vi.advanceTimersByTime(2000);
    logged.get('t')?.push(metric('loss', 1, 0.8));
    expect((await ask()).body.tasks[0].metrics[0].points).toHaveLength(2);
    expect(asked.slice(3)).toEqual(['t', 't loss']);

    tasks = [task('train', { ...ended, trackingRun: 't' })];
    state = { ended: true };
    await ask();
    expect(asked.slice(5)).toEqual(['t', 't loss', 't lr']);
    vi.advanceTimersByTime(60_000);
    await ask();
    expect(asked).toHaveLength(8);
  });

  it('for each metric in turn, and a step that is logged meanwhile waits until all of it can be shown', async () => {
    tasks = [task('train', { trackingRun: 't' })];
    logged.set('t', [metric('loss', 0, 0.9), metric('lr', 0, 0.1)]);
    whileAsked = (key) => {
      if (key === 't lr') logged.get('t')?.push(metric('loss', 1, 0.8), metric('lr', 1, 0.1));
    };
    const steps = async () =>
      (await ask()).body.tasks[0].metrics.map(({ points }: { points: object[] }) => points.length);
    expect(await steps()).toEqual([1, 1]);
    vi.advanceTimersByTime(2000);
    whileAsked = () => {};
    expect(await steps()).toEqual([2, 2]);
  });

  it('anew where a failed task was resumed', async () => {
    state = { ended: true };
    logged.set('t', [metric('loss', 0, 0.9)]);
    tasks = [task('train', { ...ended, state: 'failed', trackingRun: 't' })];
    await ask();
    tasks = [task('train', { trackingRun: 't' })];
    state = { ended: false };
    logged.get('t')?.push(metric('loss', 1, 0.8));
    expect((await ask()).body.tasks[0].metrics[0].points).toHaveLength(2);
  });

  it('and what it last said is there while it is away, with the reason', async () => {
    tasks = [task('train', { trackingRun: 't' }), task('test', { trackingRun: 'u' })];
    logged.set('t', [metric('loss', 0, 0.9)]);
    await ask();
    vi.advanceTimersByTime(2000);
    fault = new UserError({
      ...{ kind: 'unavailable', code: 'tracking_unavailable' },
      ...{ message: 'MLflow does not answer', action: 'Wait.' },
    });
    asked.length = 0;
    expect(await ask()).toMatchObject({
      status: 200,
      body: {
        problem: { code: 'tracking_unavailable', detail: 'MLflow does not answer', action: 'Wait.' },
        tasks: [{ metrics: [{ points: [{ value: 0.9 }] }] }, { metrics: [] }],
      },
    });
    expect(asked, 'the other tasks do not wait for it as well').toEqual(['t']);
    fault = new SystemError('MLflow refused runs/get: INTERNAL_ERROR');
    expect(await ask()).toMatchObject({ status: 200, body: { problem: { code: 'tracking_refused' } } });
  });
});
