import { writeFile } from 'node:fs/promises';
import { digestOf } from '@visavox/core/digest';
import { isFinished, type RunRecord } from '@visavox/core/run';
import { component, pipeline } from '@visavox/pipelines/definition';
import { requestFor } from '@visavox/pipelines/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KubeflowClient } from './kubeflow-client.ts';
import type { KubeflowEngine } from './kubeflow-engine.ts';
import { type EngineOnFake, fakeTarget } from './testing.ts';

const shell = (name: string, script: string, image = 'busybox') =>
  component({
    ...{ name, image },
    outputs: { said: 'string' },
    command: ({ outputs }) => ['sh', '-c', script, outputs.said.path],
  });
const single = (script: string, options: { image?: string; retries?: number } = {}) =>
  pipeline({ name: 'single' }, (p) => {
    p.task(shell('step', script, options.image), {}, { retries: options.retries ?? 0 });
  });
const quick = 'printf done > "$0"';

let world: EngineOnFake;
beforeEach(async () => {
  world = await fakeTarget();
});
afterEach(() => world.close());

async function until(
  engine: KubeflowEngine,
  id: string,
  holds: (run: RunRecord) => boolean,
): Promise<RunRecord> {
  await expect.poll(async () => holds(await engine.get(id)), { timeout: 20_000 }).toBe(true);
  return engine.get(id);
}
const ended = (engine: KubeflowEngine, id: string) => until(engine, id, (run) => isFinished(run.state));

describe('Kubeflow is away', () => {
  it('when a run is submitted: the run waits, says so, and goes on when it is back', async () => {
    world.kubeflow.away = true;
    const id = await world.engine.submit(requestFor(single(quick)));
    const waiting = await until(world.engine, id, (run) => run.reason !== null);
    expect(waiting.state).toBe('pending');
    expect(waiting.reason).toMatch(/waits for Kubeflow.*cannot be reached/);
    world.kubeflow.away = false;
    expect(await ended(world.engine, id)).toMatchObject({ state: 'succeeded', reason: null });
  });

  it('while a run is followed: the run stays running, and goes on', async () => {
    const id = await world.engine.submit(requestFor(single(`sleep 1; ${quick}`)));
    await until(world.engine, id, (run) => run.tasks[0]?.state === 'running');
    world.kubeflow.away = true;
    const waiting = await until(world.engine, id, (run) => run.reason !== null);
    expect(waiting.state).toBe('running');
    world.kubeflow.away = false;
    expect(await ended(world.engine, id)).toMatchObject({ state: 'succeeded', reason: null });
  });
});

describe('Kubeflow refuses', () => {
  it('a wrong token: the run fails and says what to mend', async () => {
    world.kubeflow.refusal = 401;
    const run = await ended(world.engine, await world.engine.submit(requestFor(single(quick))));
    expect(run).toMatchObject({ state: 'failed', reason: expect.stringContaining('KFP_TOKEN_FILE') });
  });

  it('a user without rights: the run fails and says what to mend', async () => {
    world.kubeflow.refusal = 403;
    const run = await ended(world.engine, await world.engine.submit(requestFor(single(quick))));
    expect(run).toMatchObject({ state: 'failed', reason: expect.stringContaining('KFP_NAMESPACE') });
  });

  it('but a run that is on its way outlives a token that has run out', async () => {
    const id = await world.engine.submit(requestFor(single(`sleep 1; ${quick}`)));
    await until(world.engine, id, (run) => run.tasks[0]?.state === 'running');
    world.kubeflow.refusal = 401;
    await until(world.engine, id, (run) => run.reason !== null);
    world.kubeflow.refusal = null;
    expect((await ended(world.engine, id)).state).toBe('succeeded');
  });

  it('because it is something else: the run fails and names the setting', async () => {
    const client = new KubeflowClient({ url: `${world.kubeflow.url}/somewhere/else` });
    const engine = world.again({ client });
    world.kubeflow.refusal = 404;
    const run = await ended(engine, await engine.submit(requestFor(single(quick))));
    expect(run).toMatchObject({ state: 'failed', reason: expect.stringContaining('KFP_ENDPOINT') });
  });

  it('a loop over artifacts, before anything is begun', async () => {
    const maker = component({
      name: 'maker',
      outputs: { file: 'dataset' },
      image: 'busybox',
      command: ({ outputs }) => ['touch', outputs.file.path],
    });
    const reader = component({
      name: 'reader',
      inputs: { file: 'dataset' },
      image: 'busybox',
      command: ({ inputs }) => ['cat', inputs.file.path],
    });
    const looping = pipeline({ name: 'looping' }, (p) => {
      const made = p.forEach(['a', 'b'], { name: 'make' }, () => p.task(maker).outputs);
      p.forEach(made.collected.file, { name: 'read' }, (file) => void p.task(reader, { file }));
    });
    await expect(world.engine.submit(requestFor(looping))).rejects.toMatchObject({
      code: 'unsupported_on_kubeflow',
    });
  });

  it('a task without an image, before anything is begun', async () => {
    const request = requestFor(single(quick, { image: 'visavox' }));
    await expect(world.engine.submit(request)).rejects.toMatchObject({ code: 'image_unset' });
  });
});

describe('our process dies', () => {
  it('between submitting and hearing of it: the same run is found again, not made twice', async () => {
    world.kubeflow.loseNextAnswer = true;
    const id = await world.engine.submit(requestFor(single(quick)));
    expect((await ended(world.engine, id)).state).toBe('succeeded');
    expect(world.kubeflow.runs.size).toBe(1);
  });

  it('before the run was submitted: the next one submits it', async () => {
    world.kubeflow.away = true;
    const id = await world.engine.submit(requestFor(single(quick)));
    await world.engine.close();
    world.kubeflow.away = false;
    const next = world.again();
    expect(await next.recover()).toEqual([id]);
    expect((await ended(next, id)).state).toBe('succeeded');
    expect(world.kubeflow.runs.size).toBe(1);
  });

  it('while a run is followed: the next one follows it', async () => {
    const id = await world.engine.submit(requestFor(single(`sleep 1; ${quick}`)));
    await until(world.engine, id, (run) => run.tasks[0]?.state === 'running');
    await world.engine.close();
    const next = world.again();
    await next.recover();
    const run = await ended(next, id);
    expect(run.tasks[0]).toMatchObject({
      state: 'succeeded',
      attempts: 1,
      outputs: { parameters: { said: 'done' } },
    });
    expect(world.kubeflow.runs.size).toBe(1);
  });

  it('while it cancels: the next one goes on canceling', async () => {
    const id = await world.engine.submit(requestFor(single('sleep 600')));
    await until(world.engine, id, (run) => run.tasks[0]?.state === 'running');
    world.kubeflow.away = true;
    await world.engine.cancel(id);
    await world.engine.close();
    world.kubeflow.away = false;
    const next = world.again();
    await next.recover();
    expect((await ended(next, id)).state).toBe('canceled');
  });
});

describe('a task', () => {
  it('whose image does not exist: the reason is there at once, and after the limit the run fails with it', async () => {
    const engine = world.again({ startLimitMs: 1500 });
    const id = await engine.submit(requestFor(single(quick, { image: 'missing/image:1' })));
    const waiting = await until(engine, id, (run) => Boolean(run.tasks[0]?.reason));
    expect(waiting.tasks[0]).toMatchObject({
      state: 'pending',
      reason: expect.stringContaining('ImagePullBackOff'),
    });
    const run = await ended(engine, id);
    expect(run.state).toBe('failed');
    expect(run.reason).toMatch(/step failed: it did not start within .*ImagePullBackOff.*missing\/image:1/s);
  });

  it('that fails: its exit code and the last it wrote are the reason, without the words of the launcher', async () => {
    const id = await world.engine.submit(requestFor(single('echo "no such column"; exit 3')));
    const run = await ended(world.engine, id);
    expect(run.tasks[0]?.reason).toMatch(/exit code 3.*no such column/s);
    expect(run.tasks[0]?.reason).not.toContain('launcher_v2.go');
  });

  it('that is killed for memory: the reason says so', async () => {
    const id = await world.engine.submit(requestFor(single('echo big; kill -9 $$')));
    const run = await ended(world.engine, id);
    expect(run).toMatchObject({ state: 'failed', reason: expect.stringContaining('OOMKilled') });
    expect(run.tasks[0]?.reason).toContain('Give the task more memory');
  });

  it('that is tried again: the attempts are counted', async () => {
    const script = `test -e "$HOME/x" && ${quick} && exit; exit 4`;
    const id = await world.engine.submit(requestFor(single(script, { retries: 2 })));
    const run = await ended(world.engine, id);
    expect(run.tasks[0]).toMatchObject({ state: 'failed', attempts: 3 });
  });
});

describe('a run', () => {
  it('goes on where it failed when it is resumed, and repeats nothing that is done', async () => {
    const gate = `/tmp/visavox-gate-${process.pid}`;
    const definition = pipeline({ name: 'resumed' }, (p) => {
      const first = p.task(shell('first', quick));
      p.task(shell('second', `test -e ${gate} || exit 5; rm ${gate}; ${quick}`)).after(first);
    });
    const id = await world.engine.submit(requestFor(definition));
    const failed = await ended(world.engine, id);
    expect(failed.tasks.map(({ state }) => state)).toEqual(['succeeded', 'failed']);
    await writeFile(gate, '');
    await world.engine.resume(id);
    const run = await ended(world.engine, id);
    expect(run.tasks).toMatchObject([
      { state: 'succeeded', attempts: 1 },
      { state: 'succeeded', attempts: 2 },
    ]);
    expect(world.kubeflow.runs.size).toBe(1);
  });

  it('whose tasks were done before is taken from the cache', async () => {
    const definition = single(quick);
    await ended(world.engine, await world.engine.submit(requestFor(definition)));
    const run = await ended(world.engine, await world.engine.submit(requestFor(definition)));
    expect(run.tasks[0]).toMatchObject({
      ...{ state: 'skipped', cached: true },
      outputs: { parameters: { said: 'done' } },
    });
    const fresh = await ended(
      world.engine,
      await world.engine.submit(requestFor(definition, { useCache: false })),
    );
    expect(fresh.tasks[0]).toMatchObject({ state: 'succeeded', cached: false });
  });

  it('of other code is not taken from the cache, although its image has the same name', async () => {
    const definition = single(quick);
    await ended(world.engine, await world.engine.submit(requestFor(definition)));
    const engine = world.again({ code: digestOf('other code') });
    const run = await ended(engine, await engine.submit(requestFor(definition)));
    expect(run.tasks[0]).toMatchObject({ state: 'succeeded', cached: false });
  });

  it('keeps folders that its tasks write, with the digest that the same folder has here', async () => {
    const folders = component({
      ...{ name: 'folders', image: 'busybox' },
      outputs: { all: 'model', quality: 'metrics' },
      command: ({ outputs, executorOutput }) => [
        'sh',
        '-c',
        'mkdir -p "$0/deep"; printf a > "$0/a"; printf b > "$0/deep/b"; echo \'{"artifacts": {"quality": {"artifacts": [{"metadata": {"accuracy": 0.5, "labels": ["x"]}}]}}}\' > "$1"',
        outputs.all.path,
        executorOutput,
      ],
    });
    const definition = pipeline({ name: 'folders' }, (p) => void p.task(folders));
    const run = await ended(world.engine, await world.engine.submit(requestFor(definition)));
    expect(run.tasks[0]?.outputs.artifacts).toMatchObject({
      all: [
        { type: 'system.Model', bytes: 2, metadata: { mediaType: 'application/vnd.visavox.folder+json' } },
      ],
      quality: [{ bytes: 0, metadata: { accuracy: 0.5, labels: ['x'] } }],
    });
  });

  it('that somebody deleted on Kubeflow fails and says so; it can be submitted again', async () => {
    const id = await world.engine.submit(requestFor(single(`sleep 1; ${quick}`)));
    await until(world.engine, id, (run) => run.tasks[0]?.state === 'running');
    world.kubeflow.runs.clear();
    expect(await ended(world.engine, id)).toMatchObject({ reason: expect.stringContaining('deleted') });
    await world.engine.resume(id);
    expect((await ended(world.engine, id)).state).toBe('succeeded');
  });

  it('tells its tasks which code they run in', async () => {
    const id = await world.engine.submit(requestFor(single('printf %s "$VISAVOX_CODE" > "$0"')));
    const { tasks, pins } = await ended(world.engine, id);
    expect(tasks[0]?.outputs.parameters.said).toBe(pins.code);
  });

  it('is told of as it goes: its tasks get what the hook gives, and each is told once', async () => {
    const told: string[] = [];
    const engine = world.again({
      hooks: {
        onRunStarted: async () => ({ trackingRun: 't1', environment: { MLFLOW_RUN_ID: 't1' } }),
        onTaskFinished: async (_run, task) => {
          told.push(`${task.name} ${task.state}`);
          return ['a metric has another name there'];
        },
        onRunFinished: async (run) => {
          told.push(run.state);
          return undefined;
        },
      },
    });
    const id = await engine.submit(requestFor(single('printf %s "$MLFLOW_RUN_ID" > "$0"')));
    const run = await ended(engine, id);
    expect(run).toMatchObject({ trackingRun: 't1', notices: ['a metric has another name there'] });
    expect(run.tasks[0]?.outputs.parameters.said).toBe('t1');
    expect(told).toEqual(['step succeeded', 'succeeded']);
  });

  it.each([true, false])(
    "is not tracked a second time by Kubeflow's own plug-in (it has plug-ins: %s)",
    async (has) => {
      world.kubeflow.knowsPlugins = has;
      const hooks = { onRunStarted: async () => ({ trackingRun: 't1', environment: {} }) };
      const engine = world.again({ hooks });
      const id = await engine.submit(requestFor(single('printf done > "$0"')));
      expect((await ended(engine, id)).state).toBe('succeeded');
      const [submitted] = world.kubeflow.runs.values();
      expect(submitted?.pluginsInput).toEqual(has ? { mlflow: { disabled: true } } : undefined);
    },
  );
});
