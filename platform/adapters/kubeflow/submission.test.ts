import { digestOf } from '@visavox/core/digest';
import { compile, toYaml } from '@visavox/pipelines/compile';
import { component, pipeline } from '@visavox/pipelines/definition';
import groups from '@visavox/pipelines/fixtures/groups';
import { kfpSdk } from '@visavox/pipelines/fixtures/kfp-sdk';
import { parsePipelineSpec, readPipelineSpec } from '@visavox/pipelines/read-ir';
import { describe, expect, it } from 'vitest';
import { imagesOf, type SubmissionOptions, submission } from './submission.ts';

const options: SubmissionOptions = {
  containers: {
    images: { shell: 'registry/shell@sha256:1' },
    environment: { MLFLOW_TRACKING_URI: 'http://mlflow:5000' },
    access: {
      objects: {
        environment: { VISAVOX_OBJECTS: 's3://all' },
        secretVariables: { s3: { AWS_ACCESS_KEY_ID: 'access' } },
        secretFolders: { keys: '/var/run/keys' },
      },
      tracking: { secretVariables: { s3: { MLFLOW_TRACKING_TOKEN: 'token' } } },
    },
    imagePullPolicy: 'IfNotPresent',
    imagePullSecrets: ['registry'],
  },
  code: digestOf('code'),
  environment: digestOf('environment'),
  useCache: true,
  ...{ runId: 'run-7', runName: 'groups', parameters: { greeting: 'hello', count: 2, deep: true } },
};
const spec = compile(groups);
const sdk = kfpSdk();

function commandOf({ pipeline_spec }: ReturnType<typeof submission>, label: string): string[] | undefined {
  const container = parsePipelineSpec(pipeline_spec).deploymentSpec.executors[label]?.container;
  return container && [...(container.command ?? []), ...(container.args ?? [])];
}

describe('what is submitted', () => {
  it.skipIf(!sdk)("is what Kubeflow's protobuf takes, the settings for Kubernetes included", () => {
    const access = { 'exec-echo': { access: { objects: true } } };
    const granted = { ...spec, platforms: { visavox: { deploymentSpec: { executors: access } } } };
    const { pipeline_spec, platform_spec } = submission(granted, options);
    expect(sdk?.objection(pipeline_spec, platform_spec)).toBeUndefined();
    const wrong = JSON.parse(JSON.stringify(platform_spec).replaceAll('secretKey', 'key'));
    expect(sdk?.objection(pipeline_spec, wrong)).toContain('key');
  });

  it("says in the launcher's words what it does not know by itself", () => {
    const all = component({
      ...{ name: 'all', image: 'shell' },
      inputs: {
        files: 'dataset[]',
        given: { type: 'string', optional: true },
        missing: { type: 'string', optional: true },
      },
      command: ({ inputs, whenGiven, ...words }) => [
        ...['all', words.runId, words.runName, words.taskName, words.executorOutput, inputs.files],
        ...[
          whenGiven('given', ['--given', inputs.given]),
          whenGiven('missing', ['--missing', inputs.missing]),
        ],
      ],
    });
    const made = component({
      ...{ name: 'make', image: 'shell', outputs: { file: 'dataset' } },
      command: ({ outputs }) => ['make', outputs.file.path],
    });
    const definition = pipeline({ name: 'words' }, (p) => {
      const each = p.forEach(['a'], { name: 'each' }, () => p.task(made).outputs);
      p.task(all, { files: each.collected.file, given: 'x' });
    });
    expect(commandOf(submission(compile(definition), options), 'exec-all')).toEqual([
      ...['sh', '-c', expect.stringContaining('outputFile'), 'visavox-task', '{{$}}'],
      ...['all', 'run-7', 'groups', "{{$.inputs.parameters['visavox_pipeline_task_name']}}"],
      ...['@output_file@', '{{$}}', '--given', "{{$.inputs.parameters['given']}}"],
    ]);
  });

  it('puts texts into commands, where the launcher fills them in for certain, also where tasks share a component', () => {
    const { root, components, deploymentSpec } = spec;
    const shared = structuredClone({ ...spec, root, components, deploymentSpec });
    const inner = shared.components['comp-for-loop-1']?.dag?.tasks['echo-2'];
    if (inner) inner.componentRef = { name: 'comp-echo' };
    const submitted = submission(shared, options);
    expect(commandOf(submitted, 'exec-echo')?.[1]).toBe("{{$.inputs.parameters['words']}}");
    expect(JSON.stringify(submitted.pipeline_spec)).toContain(
      "\"{{$.inputs.parameters['pipelinechannel--greeting']}} {{$.inputs.parameters['pipelinechannel--shards-numbers-loop-item']}}\",\"{{$.outputs",
    );
  });

  it('names loops by their keys, by which Kubeflow looks for what they collected', () => {
    const tasks = parsePipelineSpec(submission(spec, options).pipeline_spec).root.dag.tasks;
    expect(tasks['for-loop-1']?.taskInfo?.name).toBe('for-loop-1');
  });

  it('keeps the settings for Kubernetes that a pipeline of the SDK brings', () => {
    const settings = { secretAsEnv: [{ secretName: 'own' }], imagePullPolicy: 'Always' };
    const yaml = `${toYaml(spec)}---\nplatforms: {kubernetes: {pipelineConfig: {workspace: {size: 1Gi}}, deploymentSpec: {executors: {exec-echo: ${JSON.stringify(settings)}}}}, visavox: {deploymentSpec: {executors: {exec-echo: {access: {objects: true}}}}}}\n`;
    const { pipeline_spec, platform_spec } = submission(parsePipelineSpec(readPipelineSpec(yaml)), options);
    expect(pipeline_spec).not.toHaveProperty('platforms');
    expect(platform_spec).toMatchObject({
      platforms: {
        kubernetes: {
          pipelineConfig: { workspace: { size: '1Gi' } },
          deploymentSpec: {
            executors: {
              'exec-echo': {
                ...{ imagePullPolicy: 'Always', secretAsVolume: [{ secretName: 'keys' }] },
                secretAsEnv: [{ secretName: 'own' }, { secretName: 's3' }],
              },
              'exec-gather': { imagePullPolicy: 'IfNotPresent' },
            },
          },
        },
      },
    });
  });

  it('gives the keys of the installation to the components that declare access, and to no other', () => {
    const step = (name: string, access: { objects?: boolean; tracking?: boolean }) =>
      component({ name, image: 'shell', command: ['true'], access });
    const definition = pipeline({ name: 'access' }, (p) => {
      p.task(step('none', {}));
      p.task(step('both', { objects: true, tracking: true }));
    });
    const { pipeline_spec, platform_spec } = submission(compile(definition), options);
    const { executors } = parsePipelineSpec(pipeline_spec).deploymentSpec;
    expect(executors['exec-none']?.container?.env?.map(({ name }) => name)).toEqual(['MLFLOW_TRACKING_URI']);
    expect(executors['exec-both']?.container?.env).toContainEqual({
      name: 'VISAVOX_OBJECTS',
      value: 's3://all',
    });
    const settings = JSON.parse(JSON.stringify(platform_spec)).platforms.kubernetes.deploymentSpec.executors;
    expect(settings['exec-none']).not.toHaveProperty('secretAsEnv');
    expect(settings['exec-both'].secretAsEnv[0].keyToEnv).toHaveLength(2);
    expect(JSON.stringify(platform_spec)).not.toContain('visavox');
    const { access: _, ...closed } = options.containers;
    expect(() => submission(compile(definition), { ...options, containers: closed })).toThrow('exec-both');
  });

  it('leaves the pipeline of the request as it is', () => {
    const before = JSON.stringify(spec);
    submission(spec, options);
    expect(JSON.stringify(spec)).toBe(before);
  });

  it('has the images of the cluster, and names them', () => {
    expect(JSON.stringify(submission(spec, options))).not.toContain('"image":"shell"');
    expect(imagesOf(spec, options.containers.images)).toEqual(['registry/shell@sha256:1']);
  });

  it("tells Kubeflow's cache of the code, or turns it off", () => {
    const changed = submission(spec, { ...options, code: digestOf('other code') });
    expect(JSON.stringify(changed)).not.toBe(JSON.stringify(submission(spec, options)));
    expect(JSON.stringify(submission(spec, { ...options, useCache: false }))).not.toContain('enableCache');
  });
});

describe('a step that is given more than Kubeflow gives', () => {
  const version = digestOf('night birds');
  const look = (image?: string) =>
    component({
      ...{ name: 'look', ...(image !== undefined && { image }) },
      environment: { packages: ['weather'] },
      inputs: { images: 'dataset-version' },
      command: ({ inputs }) => ['look', inputs.images.path],
    });
  const train = (image?: string) =>
    compile(
      pipeline({ name: 'train', parameters: { images: 'dataset-version' } }, (p) => {
        p.task(look(image), { images: p.parameters.images });
      }),
    );
  const launch = {
    images: ['visavox'],
    server: 'http://visavox',
    environment: { UV_DEFAULT_INDEX: 'http://index' },
    cacheClaim: 'packages',
  };
  const launching: SubmissionOptions = {
    ...options,
    containers: { ...options.containers, images: { visavox: 'registry/step:1' }, launch },
    ...{ snapshot: digestOf('snapshot'), token: (executor) => `token of ${executor}` },
    parameters: { images: version },
  };

  it('is started by the launcher of its image, which installs and fetches', () => {
    const { pipeline_spec, platform_spec } = submission(train(), launching);
    expect(commandOf({ pipeline_spec, platform_spec }, 'exec-look')).toEqual([
      ...['visavox-launch', '{{$}}', 'look', "{{$.inputs.artifacts['images'].path}}"],
    ]);
    const { executors } = parsePipelineSpec(pipeline_spec).deploymentSpec;
    expect(executors['exec-look']?.container?.env).toEqual(
      expect.arrayContaining([
        { name: 'VISAVOX_STEP_SERVER', value: 'http://visavox' },
        { name: 'VISAVOX_STEP_TOKEN', value: 'token of exec-look' },
        { name: 'UV_DEFAULT_INDEX', value: 'http://index' },
        { name: 'UV_CACHE_DIR', value: '/var/cache/visavox/uv' },
      ]),
    );
    expect(Object.values(executors).flatMap(({ importer }) => importer ?? [])).toEqual([]);
    const constant = `visavox://${version.replace(':', '/')}`;
    expect(parsePipelineSpec(pipeline_spec).root.dag?.tasks.look?.inputs).toMatchObject({
      parameters: { images: { runtimeValue: { constant } } },
    });
    expect(sdk?.objection(pipeline_spec, platform_spec)).toBeUndefined();
  });

  it("is found in Kubeflow's cache for the same code only, and not for other packages", () => {
    const text = (changes: Partial<SubmissionOptions>) =>
      JSON.stringify(submission(train(), { ...launching, ...changes })).match(/sha256:[0-9a-f]{64}/g);
    expect(text({ code: digestOf('other images') })).toEqual(text({}));
    expect(text({ snapshot: digestOf('edited') })).not.toEqual(text({}));
    const packages = (name: string) =>
      component({ ...{ name: 'look', environment: { packages: [name] } }, command: ['look'] });
    const marker = (name: string) =>
      JSON.stringify(
        submission(compile(pipeline({ name: 'with' }, (p) => void p.task(packages(name)))), launching),
      ).match(/sha256:[0-9a-f]{64}/g);
    expect(marker('weather')).not.toEqual(marker('climate'));
  });

  it.each([
    [
      'no address of this server',
      train(),
      { ...launching, containers: options.containers },
      'step_server_unset',
    ],
    ['an image without the launcher', train('busybox'), launching, 'image_without_launcher'],
    [
      'a version that only the run knows',
      train(),
      { ...launching, parameters: {} },
      'unsupported_on_kubeflow',
    ],
  ])('is refused before anything starts where there is %s', (_, definition, given, code) => {
    expect(() => submission(definition, given)).toThrowError(
      expect.objectContaining({ code, action: expect.stringContaining('--on local') }),
    );
  });
});
