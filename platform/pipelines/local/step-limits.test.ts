import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunRecord, TaskRecord } from '@visavox/core/run';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compile } from '../compile.ts';
import { type ComponentDefinition, component } from '../component.ts';
import { pipeline } from '../definition.ts';
import type { PipelineNode } from '../nodes.ts';
import { type EngineForTest, engineForTest, ownSeconds, processesWith, requestFor } from '../testing.ts';
import { findIsolation, noIsolation } from './isolation.ts';

let test: EngineForTest;
let secrets: string;
beforeEach(async () => {
  secrets = await mkdtemp(join(tmpdir(), 'visavox-secrets-'));
  await writeFile(join(secrets, 'token'), 'sesame\n');
  test = await engineForTest();
});
afterEach(async () => {
  await test.close();
  await rm(secrets, { recursive: true, force: true });
});

const single = (
  script: string,
  more: Partial<ComponentDefinition<Record<never, never>, { said: 'string' }>> = {},
): PipelineNode =>
  pipeline({ name: 'single' }, (p) => {
    p.task(
      component({
        name: 'step',
        outputs: { said: 'string' },
        command: ({ outputs }) => ['sh', '-c', script, outputs.said.path],
        cache: false,
        ...more,
      }),
    );
  });

/** `task.set_memory_limit(memory)` of a pipeline with this parameter. */
function limitedByParameter(script: string): unknown {
  const spec = structuredClone(compile(single(script)));
  const [executor] = Object.values(spec.deploymentSpec.executors);
  const [task] = Object.values(spec.root.dag?.tasks ?? {});
  if (!executor?.container || !task) throw new Error('no task');
  return {
    ...spec,
    root: {
      dag: { tasks: { step: { ...task, inputs: { parameters: handedOver } } } },
      inputDefinitions: { parameters: { memory: { parameterType: 'STRING' } } },
    },
    deploymentSpec: {
      executors: { 'exec-step': { container: { ...executor.container, resources: limitedBy } } },
    },
  };
}
const handedOver = { 'pipelinechannel--memory': { componentInputParameter: 'memory' } };
const limitedBy = { resourceMemoryLimit: "{{$.inputs.parameters['pipelinechannel--memory']}}" };

async function run(definition: PipelineNode): Promise<{ run: RunRecord; step: TaskRecord; said: unknown }> {
  const record = await test.engine.wait(await test.engine.submit(requestFor(definition)));
  const step = record.tasks[0];
  if (!step) throw new Error('no task');
  return { run: record, step, said: step.outputs.parameters.said };
}

const refusal = (definition: PipelineNode) => test.engine.submit(requestFor(definition));

describe('a limit that a component declares', () => {
  it('of time ends it with all that it started, and says so', async () => {
    const seconds = ownSeconds();
    const { step } = await run(single(`setsid sleep ${seconds} & sleep ${seconds}`, { timeout: 1 }));
    expect(step.state).toBe('failed');
    expect(step.reason).toContain('longer than its timeout of 1 s');
    expect(await processesWith(seconds)).toEqual([]);
  });

  it('of memory ends it, its children counted with it', async () => {
    const greedy = `held=$(head -c 200000000 /dev/zero | tr "\\0" x); sleep 600`;
    const { step } = await run(single(greedy, { resources: { memory: '64Mi' } }));
    expect(step.state).toBe('failed');
    expect(step.reason).toContain('more memory than its limit of 64 MiB');
    const { run: modest } = await run(
      single('echo -n ok > "$0"; sleep 0.5', { resources: { memory: '64Mi' } }),
    );
    expect(modest.state).toBe('succeeded');
  });

  it('may be a parameter of the pipeline, as the SDK of Kubeflow Pipelines writes it', async () => {
    const greedy = `held=$(head -c 200000000 /dev/zero | tr "\\0" x); sleep 600`;
    const limited = (memory: string) =>
      test.engine
        .submit({
          ...requestFor(single('')),
          pipelineSpec: limitedByParameter(greedy),
          parameters: { memory },
        })
        .then((id) => test.engine.wait(id));
    expect((await limited('64Mi')).tasks[0]?.reason).toContain('more memory than its limit of 64 MiB');
    await expect(limited('plenty')).rejects.toThrow('"plenty" is no quantity');
  });

  it('of time or memory leaves a retry its own', async () => {
    const { step } = await run(single('sleep 600', { timeout: '1s', retries: 1 }));
    expect(step).toMatchObject({ state: 'failed', attempts: 2 });
  });

  it('of a GPU that is not there is refused before anything starts', async () => {
    await test.close();
    test = await engineForTest({ gpus: 1 });
    await expect(refusal(single('true', { resources: { gpu: 4 } }))).rejects.toMatchObject({
      code: 'gpu_missing',
      message: expect.stringMatching(/exec-step asks for 4 GPUs.* has 1/),
    });
    expect(await test.runs.list({})).toEqual([]);
  });
});

describe.each(['namespaces', 'none'] as const)(
  'with isolation by %s, nothing of a task outlives it',
  (kind) => {
    beforeEach(async ({ skip }) => {
      if (kind === 'namespaces' && (await findIsolation()).kind === 'none') skip();
      if (kind === 'namespaces') return;
      await test.close();
      test = await engineForTest({ isolation: noIsolation });
    });

    it.each([
      ['succeeds', 'echo ok > "$0"'],
      ['fails', 'exit 3'],
    ])('when it %s', async (_how, end) => {
      const seconds = ownSeconds();
      await run(
        single(
          `sleep ${seconds} & setsid sleep ${seconds} & (setsid sh -c 'sleep ${seconds}; true' &) ; ${end}`,
        ),
      );
      expect(await processesWith(seconds)).toEqual([]);
    });

    it('when it is canceled', async () => {
      const seconds = ownSeconds();
      const definition = single(`setsid sleep ${seconds} & echo started; sleep ${seconds}`);
      const id = await test.engine.submit(requestFor(definition));
      await expect.poll(() => test.engine.logs(id, 'step'), { timeout: 20_000 }).toContain('started');
      await expect.poll(() => processesWith(seconds)).toHaveLength(2);
      await test.engine.cancel(id);
      expect((await test.engine.wait(id)).state).toBe('canceled');
      expect(await processesWith(seconds)).toEqual([]);
    });

    it('even without the mark of its attempt', async () => {
      const seconds = ownSeconds();
      const script = `env -i /usr/bin/setsid /bin/sleep ${seconds} & echo ok > "$0"`;
      expect((await run(single(script))).step.state).toBe('succeeded');
      expect(await processesWith(seconds)).toEqual([]);
    });
  },
);

describe('a secret', () => {
  const named = single('printf %s "$API_TOKEN" > "$0"', { secrets: { API_TOKEN: 'weather/token' } });
  const withSecret = async () => {
    await test.close();
    test = await engineForTest({
      secret: async (secret, key) => (secret === 'weather' && key === 'token' ? 'sesame-open' : undefined),
      access: { objects: { VISAVOX_KEY: 'the key' } },
      hidden: [secrets],
    });
  };

  it('is given to the component that names it, and to no other', async () => {
    await withSecret();
    expect((await run(named)).said).toBe('sesame-open');
    expect((await run(single('printf "[%s]" "$API_TOKEN" > "$0"'))).said).toBe('[]');
  });

  it('that is not there is named before anything starts', async () => {
    await expect(refusal(named)).rejects.toMatchObject({
      code: 'secret_missing',
      action: expect.stringContaining('steps/weather/token'),
    });
  });

  it('is in no specification and no record, also where the step prints it and fails', async () => {
    await withSecret();
    const { run: record, step } = await run(
      single('echo "token $API_TOKEN"; exit 1', { secrets: { API_TOKEN: 'weather/token' } }),
    );
    expect(step.reason).toContain('token ***');
    expect(JSON.stringify(record)).not.toContain('sesame-open');
    expect(await test.engine.logs(record.id, 'step')).toBe('token ***\n');
  });

  it('that cannot be read any more fails the task, whose words are kept back', async () => {
    await test.close();
    let isReadable = true;
    test = await engineForTest({
      secret: async () => {
        if (!isReadable) throw new Error('the disk is away: sesame-open');
        return 'sesame-open';
      },
    });
    const id = await test.engine.submit(requestFor(named));
    isReadable = false;
    const record = await test.engine.wait(id);
    expect(record).toMatchObject({ state: 'failed', reason: expect.stringContaining('why is not shown') });
    expect(JSON.stringify(record)).not.toContain('sesame-open');
  });

  it('of the installation is neither in the environment of a step nor in files that it can read', async ({
    skip,
  }) => {
    await withSecret();
    expect((await run(single('env > "$0"'))).said).not.toContain('the key');
    expect((await run(single('printf %s "$VISAVOX_KEY" > "$0"', { access: { objects: true } }))).said).toBe(
      'the key',
    );
    if ((await findIsolation()).kind === 'none') skip();
    const look = `cat ${join(secrets, 'token')} 2>/dev/null; umount ${secrets} 2>/dev/null; cat ${join(secrets, 'token')} 2>/dev/null; cat /proc/*/environ | tr '\\0' '\\n' | grep -c VITEST; true`;
    expect((await run(single(`{ ${look}; } > "$0"`))).said).toBe('0\n');
    expect(await readFile(join(secrets, 'token'), 'utf8')).toBe('sesame\n');
  });

  it('is hidden under whatever name, and so is what says what is hidden', async ({ skip }) => {
    if ((await findIsolation()).kind === 'none') skip();
    const folder = join(secrets, 'a folder #1 with\\signs');
    await mkdir(folder);
    for (const name of ['in it', 'outside']) await writeFile(join(secrets, name), 'sesame');
    await writeFile(join(folder, 'in it'), 'sesame');
    await test.close();
    test = await engineForTest({ hidden: [folder, join(secrets, 'outside')] });
    const look = `cat '${join(folder, 'in it')}' '${join(secrets, 'outside')}'; ls '${join(test.folder, '.walls')}'; true`;
    expect((await run(single(`{ ${look}; } > "$0" 2> /dev/null`))).said).toBe('');
  });

  it('cannot be asked for where the installation gives it to no step', async () => {
    await expect(refusal(single('true', { access: { objects: true } }))).rejects.toMatchObject({
      code: 'access_missing',
    });
  });
});

describe('a component', () => {
  it.each([
    [{ timeuot: 5 }, 'unknown field "timeuot"'],
    [{ timeout: '5 minutes' }, '"5 minutes" is no timeout'],
    [{ resources: { ram: '1Gi' } }, 'unknown field "ram"'],
    [{ resources: { memory: '1 GB' } }, '"1 GB" is no amount of memory'],
    [{ resources: { cpu: 'two' } }, '"two" is no number of cores'],
    [{ retries: { max: 1, pause: 3 } }, 'unknown field "pause"'],
    [{ secrets: { TOKEN: 'weather' } }, "'secret/key'"],
    [{ access: { everything: true } }, 'access of component step'],
    [{ environment: { conda: 'environment.yml' } }, 'environment of component step'],
    [{ environment: { requirements: '../requirements.txt' } }, 'inside the project'],
  ])('with %j is refused', (more, words) => {
    expect(() => single('true', more as object)).toThrow(words);
  });
});
