import { fileURLToPath } from 'node:url';
import * as grpc from '@grpc/grpc-js';
import * as protoLoader from '@grpc/proto-loader';
import { z } from 'zod';
import { unreachable } from './faults.ts';

/** What Kubeflow's driver and launcher write down about a task, a group of tasks, or an iteration. */
export interface MetadataExecution {
  readonly id: number;
  readonly kind: 'container' | 'importer' | 'dag';
  readonly state: 'running' | 'complete' | 'cached' | 'failed' | 'canceled';
  /** The task's key in its group; a loop and its iterations have the name that people see. */
  readonly taskName: string;
  readonly parent: number | null;
  readonly iteration: number | null;
  /** Set when the task's own command is about to start. */
  readonly pod: string | null;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface MetadataArtifact {
  readonly name: string;
  readonly uri: string;
  readonly type: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

const Struct: z.ZodType<Record<string, unknown>> = z
  .looseObject({ fields: z.record(z.string(), z.unknown()).optional() })
  .transform(({ fields }) => mapped(fields ?? {}, plainOfStruct));

const Properties = z
  .record(z.string(), z.unknown())
  .default({})
  .transform((properties) => mapped(properties, plainOfProperty));

const ExecutionMessage = z.looseObject({
  id: z.number(),
  type: z.string().default(''),
  last_known_state: z.string().default('UNKNOWN'),
  custom_properties: Properties,
  create_time_since_epoch: z.number().default(0),
  last_update_time_since_epoch: z.number().default(0),
});
const ArtifactMessage = z.looseObject({
  id: z.number(),
  type: z.string().default('system.Artifact'),
  uri: z.string().default(''),
  custom_properties: Properties,
});
const EventMessage = z.looseObject({
  artifact_id: z.number(),
  execution_id: z.number(),
  type: z.string(),
  path: z.looseObject({ steps: z.array(z.looseObject({ key: z.string().optional() })).optional() }).nullish(),
});

const callTimeoutMs = 30_000;
const pageSize = 100;
/** Properties that are Kubeflow's own, beside what a task said about an artifact. */
const ownProperties = ['display_name', 'store_session_info'];

/** Reads the lineage that Kubeflow Pipelines keeps in ML Metadata, over gRPC. */
export class MlMetadata {
  readonly #address: string;
  readonly #client: grpc.Client;

  /** `address` as in `metadata-grpc-service.kubeflow:8080`. */
  constructor(address: string) {
    this.#address = address;
    this.#client = new grpc.Client(address, grpc.credentials.createInsecure(), {
      'grpc.max_receive_message_length': -1,
    });
  }

  /** All that is known of a run so far; nothing before its first task. */
  async executions(kubeflowRun: string): Promise<readonly MetadataExecution[]> {
    const { context } = await this.#call('GetContextByTypeAndName', ContextAnswer, {
      type_name: 'system.PipelineRun',
      context_name: kubeflowRun,
    });
    if (!context) return [];
    const found: MetadataExecution[] = [];
    let token: string | undefined;
    do {
      const page = await this.#call('GetExecutionsByContext', ExecutionsAnswer, {
        context_id: context.id,
        options: { max_result_size: pageSize, ...(token && { next_page_token: token }) },
      });
      found.push(...page.executions.map(executionOf));
      token = page.next_page_token;
    } while (token);
    return found.sort((a, b) => a.id - b.id);
  }

  async outputArtifacts(execution: number): Promise<readonly MetadataArtifact[]> {
    const { events } = await this.#call('GetEventsByExecutionIDs', EventsAnswer, {
      execution_ids: [execution],
    });
    const outputs = events.filter(({ type }) => type === 'OUTPUT');
    if (outputs.length === 0) return [];
    const { artifacts } = await this.#call('GetArtifactsByID', ArtifactsAnswer, {
      artifact_ids: outputs.map((event) => event.artifact_id),
    });
    return outputs.flatMap((event) => {
      const artifact = artifacts.find(({ id }) => id === event.artifact_id);
      const name = event.path?.steps?.[0]?.key;
      if (!artifact || name === undefined) return [];
      const metadata = Object.entries(artifact.custom_properties).filter(
        ([key]) => !ownProperties.includes(key),
      );
      return [{ name, uri: artifact.uri, type: artifact.type, metadata: Object.fromEntries(metadata) }];
    });
  }

  close(): void {
    this.#client.close();
  }

  #call<Answer>(method: string, schema: z.ZodType<Answer>, request: object): Promise<Answer> {
    const definition = metadataService[method];
    if (!definition) throw new TypeError(`ML Metadata has no method ${method}`);
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        definition.path,
        definition.requestSerialize,
        definition.responseDeserialize,
        request,
        new grpc.Metadata(),
        { deadline: Date.now() + callTimeoutMs },
        (error, answer) => {
          if (error) {
            reject(unreachable('ML Metadata', this.#address, error));
            return;
          }
          const read = schema.safeParse(answer);
          if (read.success) resolve(read.data);
          else reject(read.error);
        },
      );
    });
  }
}

const ContextAnswer = z.looseObject({ context: z.looseObject({ id: z.number() }).nullish() });
const ExecutionsAnswer = z.looseObject({
  executions: z.array(ExecutionMessage).default([]),
  next_page_token: z.string().optional(),
});
const EventsAnswer = z.looseObject({ events: z.array(EventMessage).default([]) });
const ArtifactsAnswer = z.looseObject({ artifacts: z.array(ArtifactMessage).default([]) });

/** The methods of `ml-metadata.proto`, for a client as for a server. */
export const metadataService = loadService();

function loadService(): grpc.ServiceDefinition {
  const loaded = protoLoader.loadSync(fileURLToPath(new URL('./ml-metadata.proto', import.meta.url)), {
    keepCase: true,
    longs: Number, // ids and times in milliseconds
    enums: String,
    oneofs: true,
  });
  const service = loaded['ml_metadata.MetadataStoreService'];
  if (!service || 'format' in service) throw new TypeError('ml-metadata.proto holds no service');
  return service;
}

const states: Readonly<Record<string, MetadataExecution['state']>> = {
  COMPLETE: 'complete',
  CACHED: 'cached',
  FAILED: 'failed',
  CANCELED: 'canceled',
};
const kinds: Readonly<Record<string, MetadataExecution['kind']>> = {
  'system.ContainerExecution': 'container',
  'system.ImporterExecution': 'importer',
};

function executionOf(message: z.infer<typeof ExecutionMessage>): MetadataExecution {
  const properties = message.custom_properties;
  const text = (key: string) => (typeof properties[key] === 'string' ? properties[key] : '');
  const number = (key: string) => (typeof properties[key] === 'number' ? properties[key] : null);
  return {
    id: message.id,
    kind: kinds[message.type] ?? 'dag',
    state: states[message.last_known_state] ?? 'running',
    taskName: text('task_name') || text('display_name'),
    parent: number('parent_dag_id') || null,
    iteration: number('iteration_index'),
    pod: text('pod_name') || null,
    outputs: isRecord(properties.outputs) ? properties.outputs : {},
    createdAt: new Date(message.create_time_since_epoch).toISOString(),
    updatedAt: new Date(message.last_update_time_since_epoch).toISOString(),
  };
}

/** Kubeflow wraps a list or an object about an artifact into an object with one member. */
function plainOfProperty(property: unknown): unknown {
  const value = isRecord(property) && typeof property.value === 'string' ? property[property.value] : null;
  if (!isRecord(value)) return value;
  const struct = Struct.parse(value);
  const [only, ...more] = Object.keys(struct);
  return more.length === 0 && (only === 'list' || only === 'struct') ? struct[only] : struct;
}

function plainOfStruct(value: unknown): unknown {
  if (!isRecord(value) || typeof value.kind !== 'string') return null;
  const inner = value[value.kind];
  switch (value.kind) {
    case 'listValue':
      return isRecord(inner) && Array.isArray(inner.values) ? inner.values.map(plainOfStruct) : [];
    case 'structValue':
      return Struct.parse(inner);
    case 'nullValue':
      return null;
    default:
      return inner;
  }
}

function mapped<From, To>(record: Record<string, From>, change: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
