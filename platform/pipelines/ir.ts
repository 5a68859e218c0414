import { z } from 'zod';
import { StepExtras } from './step-extras.ts';

/**
 * Kubeflow's PipelineSpec, schema 2.1.0, as far as it decides what a run does. Keys that are not named here
 * are kept and carried to Kubeflow; they mean nothing to the local engine.
 * Source: api/v2alpha1/pipeline_spec.proto of kubeflow/pipelines, in proto3's JSON form.
 */
export const IrParameterType = z.enum([
  'STRING',
  'NUMBER_INTEGER',
  'NUMBER_DOUBLE',
  'BOOLEAN',
  'LIST',
  'STRUCT',
  /** What became of a task: a STRUCT that only `taskFinalStatus` gives. */
  'TASK_FINAL_STATUS',
]);
export type IrParameterType = z.infer<typeof IrParameterType>;

export const ArtifactTypeSchema = z.looseObject({
  schemaTitle: z.string().optional(),
  instanceSchema: z.string().optional(),
  schemaVersion: z.string().optional(),
});

const InputParameter = z.looseObject({
  parameterType: IrParameterType,
  defaultValue: z.json().optional(),
  isOptional: z.boolean().optional(),
  description: z.string().optional(),
  /** The only values that it may have, where there are any. */
  literals: z.array(z.json()).optional(),
});
const InputArtifact = z.looseObject({
  artifactType: ArtifactTypeSchema,
  isArtifactList: z.boolean().optional(),
  isOptional: z.boolean().optional(),
});
const OutputParameter = z.looseObject({ parameterType: IrParameterType });
const OutputArtifact = z.looseObject({
  artifactType: ArtifactTypeSchema,
  isArtifactList: z.boolean().optional(),
});

export const IrInputDefinitions = z.looseObject({
  parameters: z.record(z.string(), InputParameter).optional(),
  artifacts: z.record(z.string(), InputArtifact).optional(),
});
export const IrOutputDefinitions = z.looseObject({
  parameters: z.record(z.string(), OutputParameter).optional(),
  artifacts: z.record(z.string(), OutputArtifact).optional(),
});

/** Exactly one of the kinds is set; `parameterExpressionSelector` then picks a member of the value. */
const TaskInputParameter = z.strictObject({
  taskOutputParameter: z.looseObject({ producerTask: z.string(), outputParameterKey: z.string() }).optional(),
  runtimeValue: z.looseObject({ constant: z.json() }).optional(),
  componentInputParameter: z.string().optional(),
  taskFinalStatus: z.looseObject({ producerTask: z.string() }).optional(),
  parameterExpressionSelector: z.string().optional(),
});
const TaskInputArtifact = z.strictObject({
  taskOutputArtifact: z.looseObject({ producerTask: z.string(), outputArtifactKey: z.string() }).optional(),
  componentInputArtifact: z.string().optional(),
});

/** proto3's JSON writes a duration as `10s`. */
const Duration = z.string().regex(/^\d+(\.\d+)?s$/, 'expected seconds, as in 10s');

export const IrTask = z.looseObject({
  taskInfo: z.looseObject({ name: z.string().optional() }).optional(),
  componentRef: z.looseObject({ name: z.string() }),
  inputs: z
    .looseObject({
      parameters: z.record(z.string(), TaskInputParameter).optional(),
      artifacts: z.record(z.string(), TaskInputArtifact).optional(),
    })
    .optional(),
  dependentTasks: z.array(z.string()).optional(),
  /** `{}` means off. */
  cachingOptions: z
    .looseObject({ enableCache: z.boolean().optional(), cacheKey: z.string().optional() })
    .optional(),
  triggerPolicy: z
    .looseObject({
      condition: z.string().optional(),
      strategy: z
        .enum([
          'TRIGGER_STRATEGY_UNSPECIFIED',
          'ALL_UPSTREAM_TASKS_SUCCEEDED',
          'ALL_UPSTREAM_TASKS_COMPLETED',
        ])
        .optional(),
    })
    .optional(),
  retryPolicy: z
    .looseObject({
      maxRetryCount: z.number().int().nonnegative().optional(),
      backoffDuration: Duration.optional(),
      backoffFactor: z.number().optional(),
      backoffMaxDuration: Duration.optional(),
    })
    .optional(),
  parameterIterator: z
    .looseObject({
      itemInput: z.string(),
      items: z.looseObject({ raw: z.string().optional(), inputParameter: z.string().optional() }),
    })
    .optional(),
  artifactIterator: z
    .looseObject({ itemInput: z.string(), items: z.looseObject({ inputArtifact: z.string() }) })
    .optional(),
  iteratorPolicy: z.looseObject({ parallelismLimit: z.number().int().nonnegative().optional() }).optional(),
});
export type IrTask = z.infer<typeof IrTask>;

const ParameterSelector = z.looseObject({ producerSubtask: z.string(), outputParameterKey: z.string() });
const ArtifactSelector = z.looseObject({ producerSubtask: z.string(), outputArtifactKey: z.string() });

export const IrDag = z.looseObject({
  tasks: z.record(z.string(), IrTask),
  outputs: z
    .looseObject({
      parameters: z
        .record(
          z.string(),
          z.looseObject({
            valueFromParameter: ParameterSelector.optional(),
            valueFromOneof: z.looseObject({ parameterSelectors: z.array(ParameterSelector) }).optional(),
          }),
        )
        .optional(),
      artifacts: z
        .record(z.string(), z.looseObject({ artifactSelectors: z.array(ArtifactSelector) }))
        .optional(),
    })
    .optional(),
});
export type IrDag = z.infer<typeof IrDag>;

export const IrComponent = z.looseObject({
  inputDefinitions: IrInputDefinitions.optional(),
  outputDefinitions: IrOutputDefinitions.optional(),
  dag: IrDag.optional(),
  executorLabel: z.string().optional(),
});
export type IrComponent = z.infer<typeof IrComponent>;

export const IrContainer = z.looseObject({
  image: z.string().optional(),
  command: z.array(z.string()).optional(),
  args: z.array(z.string()).optional(),
  env: z.array(z.looseObject({ name: z.string(), value: z.string().optional() })).optional(),
  resources: z
    .looseObject({
      cpuLimit: z.number().optional(),
      memoryLimit: z.number().optional(),
      resourceCpuLimit: z.string().optional(),
      resourceMemoryLimit: z.string().optional(),
      accelerator: z
        .looseObject({
          count: z.union([z.string(), z.number()]).optional(),
          type: z.string().optional(),
          resourceCount: z.string().optional(),
          resourceType: z.string().optional(),
        })
        .optional(),
    })
    .optional(),
});
export type IrContainer = z.infer<typeof IrContainer>;

export const IrImporter = z.looseObject({
  artifactUri: z.looseObject({ constant: z.string().optional(), runtimeParameter: z.string().optional() }),
  typeSchema: ArtifactTypeSchema,
  metadata: z.record(z.string(), z.json()).optional(),
});
export type IrImporter = z.infer<typeof IrImporter>;

export const IrExecutor = z
  .strictObject({ container: IrContainer.optional(), importer: IrImporter.optional() })
  .refine((executor) => (executor.container ? 1 : 0) + (executor.importer ? 1 : 0) === 1, {
    message: 'expected either a container or an importer',
  });
export type IrExecutor = z.infer<typeof IrExecutor>;

export const PipelineSpec = z.looseObject({
  schemaVersion: z.string().regex(/^2\./, 'expected schema version 2.x'),
  sdkVersion: z.string().optional(),
  pipelineInfo: z.looseObject({ name: z.string().min(1), description: z.string().optional() }),
  components: z.record(z.string(), IrComponent).default({}),
  deploymentSpec: z
    .looseObject({ executors: z.record(z.string(), IrExecutor).default({}) })
    .default({ executors: {} }),
  root: IrComponent.extend({ dag: IrDag }),
  /**
   * Settings by platform and executor, written as a second document: what kfp-kubernetes adds for pods, and our own,
   * which mean nothing to Kubeflow (`step-settings.ts`).
   */
  platforms: z
    .looseObject({
      kubernetes: z
        .looseObject({
          deploymentSpec: z
            .looseObject({ executors: z.record(z.string(), z.looseObject({})).optional() })
            .optional(),
        })
        .optional(),
      visavox: z
        .strictObject({ deploymentSpec: z.strictObject({ executors: z.record(z.string(), StepExtras) }) })
        .optional(),
    })
    .optional(),
});
export type PipelineSpec = z.infer<typeof PipelineSpec>;
