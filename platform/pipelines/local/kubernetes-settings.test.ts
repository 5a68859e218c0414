import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Parameter, RunRecord } from '@visavox/core/run';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pipeline } from '../definition.ts';
import { type ShellTask, shellSpec } from '../fixtures/shell-spec.ts';
import type { PipelineSpec } from '../ir.ts';
import { type EngineForTest, engineForTest, requestFor } from '../testing.ts';
import { findIsolation, noIsolation } from './isolation.ts';

const values: Record<string, Record<string, Record<string, string>>> = {
  secret: { weather: { token: 'sesame', user: 'ada' } },
  configMap: { units: { speed: 'knots' } },
};
const sources = {
  secret: async (name: string, key: string) => values.secret?.[name]?.[key],
  configMap: async (name: string, key: string) => values.configMap?.[name]?.[key],
  keys: async (kind: 'secret' | 'configMap', name: string) => Object.keys(values[kind]?.[name] ?? {}),
};

let test: EngineForTest;
beforeEach(async () => {
  test = await engineForTest(sources);
});
afterEach(() => test.close());

const submit = (pipelineSpec: PipelineSpec, parameters: Record<string, Parameter> = {}) =>
  test.engine.submit(
    requestFor(
      pipeline({ name: 'shell' }, () => {}),
      { pipelineSpec, parameters },
    ),
  );

async function run(
  pipelineSpec: PipelineSpec,
  parameters?: Record<string, Parameter>,
): Promise<RunRecord & { said: unknown }> {
  const record = await test.engine.wait(await submit(pipelineSpec, parameters));
  return { ...record, said: record.tasks.find(({ name }) => name === 'step')?.outputs.parameters.said };
}

/** A task that says what its script prints. */
const says = (script: string, kubernetes: ShellTask['kubernetes'], more: Partial<ShellTask> = {}) => ({
  step: {
    script: `{ ${script}; } > "$0"`,
    outputs: { said: 'STRING' as const },
    kubernetes: { ...kubernetes },
    ...more,
  },
});

const token = [{ secretKey: 'token', envVar: 'TOKEN' }];

describe('a secret in a variable', () => {
  const named = (secretNameParameter: unknown, optional = false) =>
    says('printf "[%s]" "$TOKEN"', { secretAsEnv: [{ secretNameParameter, keyToEnv: token, optional }] });
  const parameters = { secret: { parameterType: 'STRING', isOptional: true } };

  it('may be named by a parameter of the pipeline', async () => {
    const spec = shellSpec({ tasks: named({ componentInputParameter: 'secret' }), parameters });
    expect((await run(spec, { secret: 'weather' })).said).toBe('[sesame]');
    await expect(submit(spec, { secret: 'news' })).rejects.toMatchObject({
      code: 'secret_missing',
      message: expect.stringContaining('the key token of the secret news'),
      details: {
        place: ['platforms', 'kubernetes', 'deploymentSpec', 'executors', 'exec-step', 'secretAsEnv'],
      },
    });
  });

  it('is left out where the parameter is optional and was not given', async () => {
    const spec = shellSpec({ tasks: named({ componentInputParameter: 'secret' }), parameters });
    expect((await run(spec)).said).toBe('[]');
  });

  it('may be named by a task before it, and is in no log then either', async () => {
    const name = { taskOutputParameter: { producerTask: 'find', outputParameterKey: 'name' } };
    const { step } = named(name);
    const find = { script: 'printf weather > "$0"', outputs: { name: 'STRING' as const } };
    const script = 'echo "token $TOKEN"; exit 1';
    const spec = shellSpec({
      tasks: { find, step: { ...step, script, task: { dependentTasks: ['find'] } } },
    });
    const { id, reason } = await run(spec);
    expect(reason).toContain('token ***');
    expect(await test.engine.logs(id, 'step')).toBe('token ***\n');
  });
});

it('gives a value of a config map in a variable', async () => {
  const keyToEnv = [{ configMapKey: 'speed', envVar: 'SPEED' }];
  const named = (configMapName: string, optional?: boolean) =>
    shellSpec({
      tasks: says('printf "[%s]" "$SPEED"', { configMapAsEnv: [{ configMapName, keyToEnv, optional }] }),
    });
  expect((await run(named('units'))).said).toBe('[knots]');
  expect((await run(named('colours', true))).said).toBe('[]');
  await expect(submit(named('colours'))).rejects.toMatchObject({ code: 'config_map_missing' });
});

it('gives labels and annotations in variables, empty where the step has none', async () => {
  const kubernetes = {
    podMetadata: { labels: { team: 'face' }, annotations: { 'example.org/why': 'a try' } },
    fieldPathAsEnv: [
      { name: 'TEAM', fieldPath: "metadata.labels['team']" },
      { name: 'WHY', fieldPath: "metadata.annotations['example.org/why']" },
      { name: 'NONE', fieldPath: "metadata.labels['none']" },
    ],
  };
  const { said } = await run(
    shellSpec({ tasks: says('printf "%s, %s, [%s]" "$TEAM" "$WHY" "$NONE"', kubernetes) }),
  );
  expect(said).toBe('face, a try, []');
});

it('passes over what says where a pod is put and how it comes by its image', async () => {
  const kubernetes = {
    nodeSelector: { labels: { disk: 'fast' } },
    tolerations: [{ key: 'gpu', operator: 'Exists' }],
    nodeAffinity: [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['a'] }] }],
    imagePullPolicy: 'Always',
    imagePullSecret: [{ secretName: 'registry' }],
    enabledSharedMemory: { volumeName: 'shm', size: '1Gi' },
  };
  const container = { env: [{ name: 'WORD', value: 'set' }] };
  expect((await run(shellSpec({ tasks: says('printf "$WORD"', kubernetes, { container }) }))).said).toBe(
    'set',
  );
});

describe('a volume', () => {
  beforeEach(async ({ skip }) => {
    if (!(await (await findIsolation()).canMount())) skip();
  });

  it.each(['/data', '/mnt/deep/down', '/usr/share/visavox/data'])(
    'has a secret as files at %s, for the step alone',
    async (mountPath) => {
      const kubernetes = { secretAsVolume: [{ secretName: 'weather', mountPath }] };
      const script = `cat ${mountPath}/user ${mountPath}/token; touch ${mountPath}/new 2> /dev/null || printf ' closed'; ls /usr/bin/env > /dev/null`;
      expect((await run(shellSpec({ tasks: says(script, kubernetes) }))).said).toBe('adasesame closed');
      expect((await run(shellSpec({ tasks: says(`ls ${mountPath} 2> /dev/null; true`, {}) }))).said).toBe('');
    },
  );

  it('opens nothing that is hidden, although the root is another', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'visavox-hidden-'));
    await writeFile(join(folder, 'key'), 'sesame');
    await test.close();
    test = await engineForTest({ ...sources, hidden: [folder] });
    const places = ['', '/proc/1/root', '/.visavox'].map((root) => `${root}${folder}/key`).join(' ');
    const kubernetes = { emptyDirMounts: [{ volumeName: 'v', mountPath: '/data' }] };
    const script = `umount ${folder} 2> /dev/null; cat ${places} 2> /dev/null; ls -d /data`;
    expect((await run(shellSpec({ tasks: says(script, kubernetes) }))).said).toBe('/data\n');
    await rm(folder, { recursive: true });
  });

  it('has a config map as files, or an empty folder where it is optional and not there', async () => {
    const kubernetes = {
      configMapAsVolume: [
        { configMapName: 'units', mountPath: '/etc/units' },
        { configMapName: 'colours', mountPath: '/etc/colours', optional: true },
      ],
    };
    const { said } = await run(
      shellSpec({ tasks: says('cat /etc/units/speed; ls /etc/colours', kubernetes) }),
    );
    expect(said).toBe('knots');
  });

  it.each(['emptyDirMounts', 'genericEphemeralVolume'])('is empty at the start (%s)', async (setting) => {
    const script = 'ls /scratch; printf written > /scratch/file; cat /scratch/file';
    const spec = shellSpec({
      tasks: says(script, { [setting]: [{ volumeName: 'v', mountPath: '/scratch' }] }),
    });
    expect((await run(spec)).said).toBe('written');
    expect((await run(spec)).said).toBe('written');
  });

  it('is shared by the tasks that mount a claim, from CreatePVC to DeletePVC', async () => {
    const claim = { taskOutputParameter: { producerTask: 'create', outputParameterKey: 'name' } };
    const mount = { pvcMount: [{ pvcNameParameter: claim, mountPath: '/data' }] };
    const { step } = says('cat /data/word', mount, { task: { dependentTasks: ['write'] } });
    const spec = shellSpec({
      tasks: {
        create: {
          script: '',
          inputs: { pvc_name_suffix: 'STRING', size: 'STRING' },
          outputs: { name: 'STRING' },
          task: {
            inputs: {
              parameters: {
                pvc_name_suffix: { runtimeValue: { constant: '-words' } },
                size: { runtimeValue: { constant: '5Mi' } },
              },
            },
          },
          container: { image: 'argostub/createpvc', command: [], args: [] },
        },
        write: {
          script: 'printf shared > /data/word',
          kubernetes: mount,
          task: { dependentTasks: ['create'] },
        },
        step,
        delete: {
          script: '',
          inputs: { pvc_name: 'STRING' },
          task: { dependentTasks: ['step'], inputs: { parameters: { pvc_name: claim } } },
          container: { image: 'argostub/deletepvc', command: [], args: [] },
        },
      },
    });
    const { id, said, tasks, reason } = await run(spec);
    expect(reason).toBeNull();
    expect(said).toBe('shared');
    const name = tasks.find((task) => task.name === 'create')?.outputs.parameters.name;
    expect(name).toBe(`shell-${id}-words`);
    const again = says('ls /data', { pvcMount: [{ constant: name, mountPath: '/data' }] });
    await expect(submit(shellSpec({ tasks: again }))).rejects.toMatchObject({ code: 'claim_missing' });
  });
});

describe('the cache', () => {
  it('has no result for a step that is given another secret or claim', async () => {
    const parameters = { secret: { parameterType: 'STRING' } };
    const secretAsEnv = [
      { secretNameParameter: { componentInputParameter: 'secret' }, keyToEnv: token, optional: true },
    ];
    const task = { cachingOptions: { enableCache: true } };
    const spec = shellSpec({ tasks: says('printf "[%s]" "$TOKEN"', { secretAsEnv }, { task }), parameters });
    expect(await run(spec, { secret: 'weather' })).toMatchObject({ said: '[sesame]' });
    expect(await run(spec, { secret: 'weather' })).toMatchObject({ tasks: [{ cached: true }] });
    expect(await run(spec, { secret: 'news' })).toMatchObject({ said: '[]', tasks: [{ cached: false }] });
  });
});

describe('before anything starts, it names what this machine does not do', () => {
  it.each([
    ['securityContext', { securityContext: { runAsUser: 1000 } }, 'securityContext'],
    ['initContainers', { initContainers: [{ name: 'first', image: 'alpine' }] }, 'initContainers'],
    ['a field of a pod', { fieldPathAsEnv: [{ name: 'IP', fieldPath: 'status.podIP' }] }, 'status.podIP'],
  ])('%s', async (_what, kubernetes, words) => {
    await expect(submit(shellSpec({ tasks: says('true', kubernetes) }))).rejects.toMatchObject({
      code: 'setting_unsupported',
      message: expect.stringMatching(new RegExp(`exec-step has the setting .*${words}`)),
    });
    expect(await test.runs.list({})).toEqual([]);
  });

  it('a volume, where nobody may mount one', async () => {
    await test.close();
    test = await engineForTest({ ...sources, isolation: noIsolation });
    const tasks = says('true', { secretAsVolume: [{ secretName: 'weather', mountPath: '/data' }] });
    await expect(submit(shellSpec({ tasks }))).rejects.toMatchObject({
      code: 'setting_unsupported',
      message: expect.stringContaining('secretAsVolume'),
    });
  });

  it('a setting of the pipeline as a whole', async () => {
    const spec = shellSpec({ tasks: says('true', {}), pipelineConfig: { activeDeadlineSeconds: 60 } });
    await expect(submit(spec)).rejects.toMatchObject({
      message: expect.stringContaining('activeDeadlineSeconds'),
      details: { place: ['platforms', 'kubernetes', 'pipelineConfig', 'activeDeadlineSeconds'] },
    });
  });
});
