import { portsOf } from './compile-ports.ts';
import { definitionFault } from './component.ts';
import { datasetVersionSchema } from './dataset-parameters.ts';
import type { IrComponent, IrContainer, IrParameterType, IrTask } from './ir.ts';
import type { ComponentNode, RetryNode } from './nodes.ts';
import {
  datasetVersionType,
  type InputPort,
  isParameterType,
  type ParameterType,
  type PortType,
} from './ports.ts';
import { bytesOf, coresOf } from './quantity.ts';
import type { StepExtras } from './step-extras.ts';

const parameterTypeNames: Record<ParameterType, IrParameterType> = {
  string: 'STRING',
  integer: 'NUMBER_INTEGER',
  number: 'NUMBER_DOUBLE',
  boolean: 'BOOLEAN',
  list: 'LIST',
  struct: 'STRUCT',
};

const schemaTitles: Record<string, string> = {
  artifact: 'system.Artifact',
  dataset: 'system.Dataset',
  model: 'system.Model',
  metrics: 'system.Metrics',
  'classification-metrics': 'system.ClassificationMetrics',
  html: 'system.HTML',
  markdown: 'system.Markdown',
  [datasetVersionType]: datasetVersionSchema,
};

export function inputDefinition(port: InputPort) {
  const { type, default: fallback } = port;
  const isOptional = port.optional || fallback !== undefined;
  const shared = {
    ...(isOptional && { isOptional: true }),
    ...(port.description && { description: port.description }),
  };
  return isParameterType(type)
    ? {
        parameterType: parameterTypeNames[type],
        ...shared,
        ...(fallback !== undefined && { defaultValue: JSON.parse(JSON.stringify(fallback)) }),
      }
    : { ...artifactDefinition(type), ...shared };
}

export function outputDefinition(type: PortType) {
  return isParameterType(type) ? { parameterType: parameterTypeNames[type] } : artifactDefinition(type);
}

function artifactDefinition(type: PortType) {
  const isList = type.endsWith('[]');
  const schemaTitle = schemaTitles[isList ? type.slice(0, -2) : type];
  if (!schemaTitle) throw definitionFault(`${type} is no type of artifact`);
  return { artifactType: { schemaTitle, schemaVersion: '0.0.1' }, ...(isList && { isArtifactList: true }) };
}

export function compileComponent(component: ComponentNode, executorLabel: string): IrComponent {
  return {
    executorLabel,
    ...portsOf('inputDefinitions', Object.entries(component.inputs), {
      typeOf: (port) => port.type,
      define: inputDefinition,
    }),
    ...portsOf('outputDefinitions', Object.entries(component.outputs), {
      typeOf: (type) => type,
      define: outputDefinition,
    }),
  };
}

export function compileExecutor(component: ComponentNode): IrContainer {
  const { cpu, memory, gpu } = component.resources;
  // kfp writes cores and memory (in 10^9 bytes) as numbers beside their texts.
  const resources = {
    ...(cpu !== undefined && { cpuLimit: coresOf(String(cpu)) ?? 0, resourceCpuLimit: String(cpu) }),
    ...(memory !== undefined && { memoryLimit: (bytesOf(memory) ?? 0) / 1e9, resourceMemoryLimit: memory }),
    ...(gpu !== undefined && {
      accelerator: {
        count: String(gpu),
        resourceCount: String(gpu),
        type: 'nvidia.com/gpu',
        resourceType: 'nvidia.com/gpu',
      },
    }),
  };
  const env = Object.entries(component.env).map(([name, value]) => ({ name, value }));
  return {
    image: component.image,
    command: [...component.command],
    ...(component.args.length > 0 && { args: [...component.args] }),
    ...(env.length > 0 && { env }),
    ...(Object.keys(resources).length > 0 && { resources }),
  };
}

/** What `kfp-kubernetes` would write for the component; undefined where there is nothing to say. */
export function kubernetesSettings({
  secrets,
  timeoutSeconds,
}: ComponentNode): Readonly<Record<string, unknown>> | undefined {
  const settings = {
    ...(secrets.length > 0 && {
      secretAsEnv: secrets.map(({ variable, secret, key }) => ({
        secretName: secret,
        secretNameParameter: { runtimeValue: { constant: secret } },
        keyToEnv: [{ secretKey: key, envVar: variable }],
      })),
    }),
    ...(timeoutSeconds !== null && { activeDeadlineSeconds: String(timeoutSeconds) }),
  };
  return Object.keys(settings).length > 0 ? settings : undefined;
}

export function stepExtras({ sources, environment, access }: ComponentNode): StepExtras | undefined {
  const granted = Object.fromEntries(Object.entries(access).filter(([, given]) => given));
  const extras = {
    ...(sources.length > 0 && { sources: [...sources] }),
    ...(environment && { environment }),
    ...(Object.keys(granted).length > 0 && { access: granted }),
  };
  return Object.keys(extras).length > 0 ? extras : undefined;
}

export function retryPolicy(retries: RetryNode): NonNullable<IrTask['retryPolicy']> {
  return {
    maxRetryCount: retries.max,
    backoffDuration: `${retries.backoffSeconds}s`,
    backoffFactor: retries.factor,
    backoffMaxDuration: `${retries.maxSeconds}s`,
  };
}
