import * as grpc from '@grpc/grpc-js';
import type { RunRecord, TaskRecord } from '@visavox/core/run';
import type { IrComponent } from '@visavox/pipelines/ir';
import { taskNames } from '@visavox/pipelines/plan';
import { type FakeRun, isMissing } from './fake-run.fixture.ts';
import { metadataService } from './ml-metadata.ts';

interface FakeExecution {
  readonly id: number;
  readonly type: string;
  readonly state: string;
  readonly properties: Record<string, unknown>;
  readonly at: { readonly created: number; readonly updated: number };
  readonly task?: TaskRecord;
  readonly run: FakeRun;
}

/** The fields of all requests together. */
interface Asked {
  readonly context_name: string;
  readonly context_id: number;
  readonly options?: { readonly next_page_token?: string };
  readonly execution_ids: readonly number[];
  readonly artifact_ids: readonly number[];
}

type Find = (id: string) => Promise<{ run: FakeRun; record: RunRecord } | undefined>;

/** ML Metadata as Kubeflow's driver and launcher fill it, from the tasks of a run, over gRPC. */
export class FakeMetadata {
  readonly #server = new grpc.Server();
  readonly #find: Find;
  readonly #ids = new Map<string, number>();
  readonly #contexts: string[] = [];
  readonly #executions = new Map<number, FakeExecution>();
  #port = 0;

  constructor(find: Find) {
    this.#find = find;
    const answer =
      (make: (request: Asked) => Promise<object>): grpc.handleUnaryCall<Asked, object> =>
      ({ request }, done) =>
        void make(request).then(
          (message) => done(null, message),
          (error) => done({ code: grpc.status.UNAVAILABLE, details: String(error) }),
        );
    this.#server.addService(metadataService, {
      GetContextByTypeAndName: answer(async ({ context_name }) => {
        if (!(await this.#find(context_name))) return {};
        if (!this.#contexts.includes(context_name)) this.#contexts.push(context_name);
        return { context: { id: this.#contexts.indexOf(context_name) + 1, name: context_name } };
      }),
      GetExecutionsByContext: answer(async ({ context_id, options }) => {
        const found = await this.#find(this.#contexts[context_id - 1] ?? '');
        const all = found ? this.#executionsOf(found.run, found.record) : [];
        // Pages of two: whoever forgets the next one is found out.
        const from = Number(options?.next_page_token || 0);
        const next = from + 2 < all.length ? { next_page_token: String(from + 2) } : {};
        return { executions: all.slice(from, from + 2).map(message), ...next };
      }),
      GetEventsByExecutionIDs: answer(async ({ execution_ids }) => ({
        events: execution_ids.flatMap((id) =>
          this.#artifactsOf(id).map(({ name, artifact }) => ({
            ...{ artifact_id: artifact.id, execution_id: id, type: 'OUTPUT' },
            path: { steps: [{ key: name }] },
          })),
        ),
      })),
      GetArtifactsByID: answer(async ({ artifact_ids }) => ({
        artifacts: [...this.#executions.keys()]
          .flatMap((id) => this.#artifactsOf(id))
          .flatMap(({ artifact }) => (artifact_ids.includes(artifact.id) ? [artifact] : [])),
      })),
    });
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  async listen(): Promise<void> {
    this.#port = await new Promise((resolve, reject) =>
      this.#server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) =>
        error ? reject(error) : resolve(port),
      ),
    );
  }

  stop(): void {
    this.#server.forceShutdown();
  }

  /** The tasks that were started, with their executions. */
  tasksOf(run: FakeRun, record: RunRecord): { task: TaskRecord; id: number; image: string }[] {
    return this.#executionsOf(run, record).flatMap(({ task, id, properties }) =>
      task ? [{ task, id, image: String(properties.image) }] : [],
    );
  }

  #executionsOf(run: FakeRun, record: RunRecord): FakeExecution[] {
    const found = new Map<number, FakeExecution>();
    const put = (path: string, execution: Omit<FakeExecution, 'id' | 'run'>): number => {
      const key = `${run.id} ${path}`;
      const id = this.#ids.get(key) ?? this.#ids.size + 1;
      this.#ids.set(key, id);
      if (!found.has(id)) found.set(id, { ...execution, id, run });
      return id;
    };
    const at = { created: Date.parse(run.createdAt), updated: Date.now() };
    const group = (path: string, properties: Record<string, unknown>) =>
      put(path, { type: 'system.DAGExecution', state: 'RUNNING', properties, at });
    const root = group('', { display_name: '', task_name: '' });
    for (const task of record.tasks.filter(({ attempts, cached }) => attempts > 0 || cached)) {
      let component: IrComponent = run.spec.root;
      let parent = root;
      const segments = task.name.split('/');
      for (let depth = 0; depth < segments.length; depth++) {
        const tasks = component.dag?.tasks ?? {};
        const [key = ''] = [...taskNames(tasks)].find(([, name]) => name === segments[depth]) ?? [];
        const ir = tasks[key];
        component = run.spec.components[ir?.componentRef.name ?? ''] ?? {};
        let path = segments.slice(0, depth + 1).join('/');
        const display = ir?.taskInfo?.name ?? key;
        const own = { task_name: key, display_name: display, parent_dag_id: parent };
        if (ir?.parameterIterator) {
          parent = group(path, { ...own, task_name: display });
          const iteration_index = Number(segments[++depth]);
          path = segments.slice(0, depth + 1).join('/');
          parent = group(path, { ...own, task_name: display, parent_dag_id: parent, iteration_index });
        } else if (component.dag) parent = group(path, own);
        if (depth === segments.length - 1) {
          const executor = run.spec.deploymentSpec.executors[component.executorLabel ?? ''];
          put(path, containerExecution(task, own, executor?.container?.image ?? ''));
        }
      }
    }
    for (const [id, execution] of found) this.#executions.set(id, execution);
    return [...found.values()].sort((a, b) => a.id - b.id);
  }

  #artifactsOf(execution: number) {
    const { task, run } = this.#executions.get(execution) ?? {};
    if (!task || !run || (task.state !== 'succeeded' && !task.cached)) return [];
    const folder = `s3://bucket/${run.id}/${task.name.replaceAll('/', '.')}`;
    const found = Object.entries(task.outputs.artifacts).map(([name, artifacts], index) => ({
      name,
      artifact: {
        ...{ id: execution * 100 + index, type: artifacts[0]?.type, uri: `${folder}/${name}` },
        custom_properties: properties({
          ...Object.fromEntries(
            Object.entries(artifacts[0]?.metadata ?? {}).filter(([key]) => key !== 'mediaType'),
          ),
          display_name: name,
          store_session_info: '{}',
        }),
      },
    }));
    const log = {
      ...{ id: execution * 100 + 99, type: 'system.Artifact', uri: `${folder}/executor-logs` },
      custom_properties: properties({ display_name: 'executor-logs' }),
    };
    return [...found, { name: 'executor-logs', artifact: log }];
  }
}

function containerExecution(task: TaskRecord, own: object, image: string): Omit<FakeExecution, 'id' | 'run'> {
  // A launcher that is killed writes nothing down.
  const killed = task.reason?.includes('signal 9');
  const states = { succeeded: 'COMPLETE', skipped: 'CACHED', failed: killed ? 'RUNNING' : 'FAILED' };
  const started = !isMissing(image) && !task.cached;
  return {
    task,
    type: 'system.ContainerExecution',
    state: task.state in states ? states[task.state as keyof typeof states] : 'RUNNING',
    properties: {
      ...own,
      image,
      pod_name: started ? 'pod' : '',
      ...(task.state === 'succeeded' || task.cached ? { outputs: task.outputs.parameters } : {}),
    },
    at: {
      created: Date.parse(task.startedAt ?? '') || Date.now(),
      updated: Date.parse(task.finishedAt ?? '') || Date.now(),
    },
  };
}

function message({ id, type, state, properties: own, at }: FakeExecution): object {
  return {
    ...{ id, type, last_known_state: state, custom_properties: properties(own) },
    create_time_since_epoch: at.created,
    last_update_time_since_epoch: at.updated,
  };
}

function properties(given: Record<string, unknown>): object {
  return Object.fromEntries(
    Object.entries(given).map(([key, value]) => {
      if (typeof value === 'string') return [key, { string_value: value }];
      if (typeof value === 'boolean') return [key, { int_value: Number(value) }];
      if (typeof value === 'number')
        return [
          key,
          key === 'iteration_index' || key === 'parent_dag_id'
            ? { int_value: value }
            : { double_value: value },
        ];
      const wrapped = key === 'outputs' ? value : Array.isArray(value) ? { list: value } : { struct: value };
      return [key, { struct_value: structOf(wrapped) }];
    }),
  );
}

function structOf(value: unknown): object {
  return {
    fields: Object.fromEntries(Object.entries(value ?? {}).map(([key, one]) => [key, structValue(one)])),
  };
}

function structValue(value: unknown): object {
  if (value === null || value === undefined) return { nullValue: 0 };
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'number') return { numberValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return Array.isArray(value)
    ? { listValue: { values: value.map(structValue) } }
    : { structValue: structOf(value) };
}
