import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import { getBlob } from '@visavox/core/object-store';
import type { TaskRecord } from '@visavox/core/run';
import { readFolder } from '@visavox/pipelines/artifacts';
import type { IrContainer, PipelineSpec } from '@visavox/pipelines/ir';
import { parsePipelineSpec } from '@visavox/pipelines/read-ir';
import type { RunHooks } from '@visavox/pipelines/run-hooks';
import { type EngineForTest, engineForTest } from '@visavox/pipelines/testing';
import { z } from 'zod';
import { FakeMetadata } from './fake-metadata.fixture.ts';
import { componentOf, type FakeRun, isMissing } from './fake-run.fixture.ts';
import { type StepImage, stepImage } from './fake-step-image.fixture.ts';
import { launcherCommand } from './step/launched.ts';

/**
 * A Kubeflow that runs tasks as processes of this machine, by the same planner: its REST API, its pods in
 * Kubernetes' API, its bucket over S3, and ML Metadata, each over a real socket, as far as the engine looks.
 * What it answers follows Kubeflow 2.15; the same suite runs against a real one where KFP_ENDPOINT is set.
 * An image `missing/…` is never pulled.
 */
export class FakeKubeflow {
  readonly runs = new Map<string, FakeRun>();
  /** Every connection is cut, as by a server that is away. */
  away = false;
  /** Answered to every request of its API. */
  refusal: number | null = null;
  /** Since 2.17. */
  knowsPlugins = true;
  /** The next new run is made, and nobody hears of it. */
  loseNextAnswer = false;
  readonly #local: EngineForTest;
  readonly #server: Server;
  readonly #metadata: FakeMetadata;

  readonly #secrets: Secrets;
  readonly #image: StepImage;

  private constructor(local: EngineForTest, secrets: Secrets, image: StepImage) {
    this.#local = local;
    this.#secrets = secrets;
    this.#image = image;
    this.#server = createServer((request, response) => void this.#answer(request, response));
    this.#metadata = new FakeMetadata(async (id) => {
      const run = this.runs.get(id);
      return run && !this.away ? { run, record: await local.engine.get(id) } : undefined;
    });
  }

  static async start({ path = [], secrets = {} }: FakeCluster = {}): Promise<FakeKubeflow> {
    const hooks: RunHooks = {
      onTaskStarted: async ({ id }, { name }) => {
        const { spec, environments } = fake.runs.get(id) ?? {};
        const label = spec && componentOf(spec, name).executorLabel;
        return { trackingRun: null, environment: environments?.[label ?? ''] ?? {} };
      },
    };
    const image = await stepImage();
    const local = await engineForTest({
      ...{ hooks, gpus: 8, path: [image.bin, ...path] },
      secret: async (secret, key) => secrets[secret]?.[key],
    });
    const fake: FakeKubeflow = new FakeKubeflow(local, secrets, image);
    await new Promise<void>((resolve) => fake.#server.listen(0, '127.0.0.1', resolve));
    await fake.#metadata.listen();
    return fake;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    this.#metadata.stop();
    await this.#local.close();
    await this.#image.remove();
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get metadataAddress(): string {
    return this.#metadata.address;
  }

  get kubernetes(): KubeConfig {
    const config = new KubeConfig();
    config.loadFromClusterAndUser(
      { name: 'fake', server: this.url, skipTLSVerify: true },
      { name: 'nobody' },
    );
    return config;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.away) {
      request.socket.destroy();
      return;
    }
    const url = new URL(request.url ?? '/', 'http://fake');
    const body = await text(request);
    try {
      if (url.pathname.startsWith('/s3/')) return await this.#object(url, response);
      if (url.pathname.startsWith('/api/v1/')) return await this.#pods(url, response);
      if (this.refusal !== null)
        return send(response, this.refusal, {
          code: 16,
          message: `refused with ${this.refusal}`,
          details: [],
        });
      await this.#api(request, url, body, response);
    } catch (error) {
      send(response, 500, { code: 13, message: String(error), details: [] });
    }
  }

  async #api(request: IncomingMessage, url: URL, body: string, response: ServerResponse): Promise<void> {
    const path = url.pathname.replace('/apis/v2beta1/', '');
    const [, id = '', verb] = /^runs\/([^:/]+)(?::(\w+))?$/.exec(path) ?? [];
    if (path === 'experiments')
      return send(response, 200, { experiments: [{ experiment_id: 'e1', display_name: 'visavox' }] });
    if (path === 'runs' && request.method === 'GET') {
      const name = JSON.parse(url.searchParams.get('filter') ?? '{}').predicates[0].string_value;
      const found = [...this.runs.values()].filter((run) => run.name === name);
      return send(response, 200, { runs: await Promise.all(found.map((run) => this.#view(run))) });
    }
    if (path === 'runs') return this.#create(JSON.parse(body), request, response);
    const run = this.runs.get(id);
    if (!run) return send(response, 404, { code: 5, message: `run ${id} not found`, details: [] });
    if (verb === 'terminate')
      await this.#local.engine.cancel(id).catch(() => {}); // one that has ended
    else if (verb === 'retry') {
      // What failed is begun anew: its pods are deleted.
      for (const task of (await this.#local.engine.get(id)).tasks)
        if (task.state === 'failed') run.deletedPods.set(task.name, task.attempts);
      await this.#local.engine.resume(id);
    }
    send(response, 200, verb ? {} : await this.#view(run));
  }

  async #create(
    asked: {
      display_name: string;
      pipeline_spec: FakeRun['submitted'];
      runtime_config: { parameters: Record<string, string> };
      plugins_input?: unknown;
    },
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    if (asked.plugins_input && !this.knowsPlugins) {
      const message = 'proto: (line 1:9): unknown field "plugins_input"';
      return send(response, 400, { code: 3, message, details: [] });
    }
    const id = randomUUID();
    const spec = parsePipelineSpec(asked.pipeline_spec.pipeline_spec);
    const runnable = structuredClone(spec);
    const environments: Record<string, Record<string, string>> = {};
    for (const [label, { container }] of Object.entries(runnable.deploymentSpec.executors)) {
      if (!container) continue;
      const variables = (container.env ?? []).map(({ name, value = '' }) => [name, value] as const);
      environments[label] = Object.fromEntries(variables);
      delete container.env; // it is no part of what a cached result is found by
      if (isMissing(container.image)) container.command = ['sleep', '600'];
      if (container.command?.[0] === launcherCommand) this.#image.start(container);
      else refuseUnknownWords(container);
    }
    passUndeclared(runnable);
    importAddressesAlone(runnable);
    runnable.platforms = { kubernetes: withSecrets(asked.pipeline_spec.platform_spec, this.#secrets) };
    const run: FakeRun = {
      ...{ id, spec, environments, name: asked.display_name, submitted: asked.pipeline_spec },
      pluginsInput: asked.plugins_input,
      ...{ createdAt: new Date().toISOString(), deletedPods: new Map() },
    };
    this.runs.set(id, run);
    await this.#local.engine.submit({
      ...{ id, pipelineSpec: runnable, parameters: asked.runtime_config.parameters },
      ...{ datasets: [], trigger: 'fake', seed: 1, useCache: true },
    });
    if (this.loseNextAnswer) {
      this.loseNextAnswer = false;
      request.socket.destroy();
    } else send(response, 200, await this.#view(run));
  }

  async #view(run: FakeRun): Promise<object> {
    const { state } = await this.#local.engine.get(run.id);
    const said = state === 'canceled' ? 'FAILED' : state.toUpperCase();
    return {
      ...{ run_id: run.id, display_name: run.name, created_at: run.createdAt },
      ...(state !== 'pending' && { state: said }), // missing for a moment after creation
      finished_at: '1970-01-01T00:00:00Z',
      run_details: { task_details: [] },
    };
  }

  /** Kubernetes: pods by the run that they belong to, and their logs. */
  async #pods(url: URL, response: ServerResponse): Promise<void> {
    const logOf = /\/pods\/([^/]+)\/log$/.exec(url.pathname)?.[1];
    if (logOf !== undefined) {
      const pod = (await this.#allPods()).find(({ name }) => name === logOf);
      if (!pod) return send(response, 404, { kind: 'Status', code: 404, message: 'no such pod' });
      response.writeHead(200, { 'content-type': 'text/plain' });
      response.end(await this.#log(pod.run, pod.task, pod.attempt));
      return;
    }
    const run = /pipeline\/runid=(.+)/.exec(url.searchParams.get('labelSelector') ?? '')?.[1];
    const pods = (await this.#allPods()).filter((pod) => pod.run.id === run);
    send(response, 200, { kind: 'PodList', apiVersion: 'v1', items: pods.map(podView) });
  }

  async #allPods(): Promise<readonly FakePod[]> {
    const pods: FakePod[] = [];
    for (const run of this.runs.values()) {
      const record = await this.#local.engine.get(run.id);
      for (const { task, id, image } of this.#metadata.tasksOf(run, record))
        for (let attempt = (run.deletedPods.get(task.name) ?? 0) + 1; attempt <= task.attempts; attempt++)
          if (!task.cached)
            pods.push({
              ...{ run, task, attempt, name: `${run.id}-system-container-impl-${id}-${attempt}` },
              ...{ execution: id, image, createdAt: task.startedAt ?? run.createdAt },
            });
    }
    return pods;
  }

  async #log(run: FakeRun, task: TaskRecord, attempt: number): Promise<string> {
    const all = await this.#local.engine.logs(run.id, task.name);
    const parts = all.split(/--- attempt \d+ ---\n/);
    const own = (parts.length > 1 ? parts[attempt] : all) ?? '';
    const code = /exit code (\d+)/.exec(task.reason ?? '')?.[1];
    const end = code === undefined ? '' : `failed to execute component: exit status ${code}`;
    return `I1125 03:50:01.123456      1 launcher_v2.go:157] PublishLogs: true\n${own}\nF1125 03:50:02.123456      1 main.go:54] ${end}\n`;
  }

  /** S3: `GET bucket/key`, and a list of what is below a prefix. */
  async #object(url: URL, response: ServerResponse): Promise<void> {
    const prefix = url.searchParams.get('prefix');
    const [, run = '', task = '', name = '', path] =
      /^\/s3\/bucket\/?([^/]*)\/([^/]*)\/([^/]*)(?:\/(.*))?$/.exec(
        prefix === null ? decodeURIComponent(url.pathname) : `/s3/bucket/${prefix}`,
      ) ?? [];
    const record = await this.#local.engine.get(run).catch(() => undefined);
    const found = record?.tasks.find((one) => one.name === task.replaceAll('.', '/'));
    const { objects } = this.#local;
    if (name === 'executor-logs' && found)
      return bytes(response, await this.#local.engine.logs(run, found.name));
    const artifact = found?.outputs.artifacts[name]?.[0];
    const isFolder = artifact?.metadata.mediaType !== undefined;
    const files = artifact && isFolder ? (await readFolder(objects, artifact.digest)).files : [];
    if (prefix !== null) {
      const keys = files.map((file) => `<Contents><Key>${run}/${task}/${name}/${file.path}</Key></Contents>`);
      response.writeHead(200, { 'content-type': 'application/xml' });
      response.end(`<ListBucketResult><IsTruncated>false</IsTruncated>${keys.join('')}</ListBucketResult>`);
      return;
    }
    const digest = isFolder ? files.find((file) => file.path === path)?.digest : artifact?.digest;
    if (digest) return bytes(response, await getBlob(objects, digest));
    response.writeHead(404, { 'content-type': 'application/xml' });
    response.end('<Error><Code>NoSuchKey</Code><Message>no such key</Message></Error>');
  }
}

type Secrets = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface FakeCluster {
  /** Where the programs of its images are, beside the launcher of step images. */
  readonly path?: readonly string[];
  /** Secrets of Kubernetes: values by key, by name. */
  readonly secrets?: Secrets;
}

const PlatformSpec = z.object({
  platforms: z.object({
    kubernetes: z.object({
      deploymentSpec: z.object({
        executors: z.record(
          z.string(),
          z.looseObject({
            secretAsEnv: z.array(z.looseObject({ secretName: z.string().optional() })).optional(),
          }),
        ),
      }),
    }),
  }),
});

/** Of what Kubernetes is asked for, the secrets that this one has. */
function withSecrets(platformSpec: unknown, secrets: Secrets) {
  const { executors } = PlatformSpec.parse(platformSpec).platforms.kubernetes.deploymentSpec;
  const known = Object.entries(executors).map(([label, { secretAsEnv = [] }]) => [
    label,
    { secretAsEnv: secretAsEnv.filter(({ secretName = '' }) => secretName in secrets) },
  ]);
  return { deploymentSpec: { executors: Object.fromEntries(known) } };
}

interface FakePod {
  readonly run: FakeRun;
  readonly task: TaskRecord;
  readonly attempt: number;
  readonly name: string;
  readonly execution: number;
  readonly image: string;
  readonly createdAt: string;
}

/** Kubeflow gives a container what its task is given, declared or not. */
function passUndeclared({ root, components }: PipelineSpec): void {
  for (const { dag } of [root, ...Object.values(components)])
    for (const task of Object.values(dag?.tasks ?? {})) {
      const component = components[task.componentRef.name];
      if (component?.executorLabel === undefined) continue;
      const names = Object.keys(task.inputs?.parameters ?? {});
      const undeclared = names.map((name) => [name, { parameterType: 'STRING', isOptional: true }]);
      component.inputDefinitions = {
        ...component.inputDefinitions,
        parameters: { ...Object.fromEntries(undeclared), ...component.inputDefinitions?.parameters },
      };
    }
}

/** Kubeflow's launcher leaves words that it does not know as they are; here they are an error. */
/** Kubeflow has no dataset versions of ours: an importer brings in what an address of a store leads to, and fails at any other. */
function importAddressesAlone({ deploymentSpec: { executors } }: PipelineSpec): void {
  for (const { importer } of Object.values(executors))
    if (importer) importer.typeSchema = { schemaTitle: 'system.Artifact', schemaVersion: '0.0.1' };
}

function refuseUnknownWords(container: IrContainer): void {
  const known =
    /\{\{\$(\.(inputs|outputs)\.artifacts\['[^']+'\]\.(path|uri)|\.inputs\.parameters\['[^']+'\]|\.outputs\.parameters\['[^']+'\]\.output_file)?\}\}/g;
  for (const word of [...(container.command ?? []), ...(container.args ?? [])])
    if (/\{\{\$|^\{"(IfPresent|Concat)"/.test(word.replaceAll(known, '')))
      throw new Error(`the launcher does not know ${word}`);
}

/** The launcher ends with 1 whatever the command ended with; only the kernel's killer is named. */
function podView({ name, execution, task, attempt, image, createdAt }: FakePod): object {
  const isLast = attempt === task.attempts;
  const failed =
    !isLast || ['failed', 'canceled'].includes(task.state) || task.reason?.includes('another follows');
  const killed = task.reason?.includes('signal 9');
  const state = isMissing(image)
    ? { waiting: { reason: 'ImagePullBackOff', message: `Back-off pulling image "${image}"` } }
    : failed
      ? { terminated: { exitCode: killed ? 137 : 1, reason: killed ? 'OOMKilled' : 'Error' } }
      : task.state === 'succeeded'
        ? { terminated: { exitCode: 0, reason: 'Completed' } }
        : { running: {} };
  const phase = isMissing(image)
    ? 'Pending'
    : failed
      ? 'Failed'
      : task.state === 'succeeded'
        ? 'Succeeded'
        : 'Running';
  return {
    metadata: { name, creationTimestamp: createdAt },
    spec: {
      containers: [
        { name: 'wait', command: ['argoexec'] },
        { name: 'main', image, command: ['/kfp-launcher/launch', '--execution_id', String(execution)] },
      ],
    },
    status: { phase, containerStatuses: [{ name: 'main', state }] },
  };
}

async function text(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function bytes(response: ServerResponse, content: Uint8Array | string): void {
  response.writeHead(200, { 'content-type': 'application/octet-stream' });
  response.end(content);
}
