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
  const inputs = Object.entries(component.inputs);
  const outputs = Object.entries(component.outputs);
  const side = <Port, Definition>(
    ports: readonly [string, Port][],
    typeOf: (port: Port) => PortType,
    define: (port: Port) => Definition,
  ) => {
    const pick = (parameters: boolean) =>
      ports
        .filter(([, port]) => isParameterType(typeOf(port)) === parameters)
        .map(([name, port]) => [name, define(port)]);
    const [parameters, artifacts] = [pick(true), pick(false)];
    return {
      ...(parameters.length > 0 && { parameters: Object.fromEntries(parameters) }),
      ...(artifacts.length > 0 && { artifacts: Object.fromEntries(artifacts) }),
    };
  };
  return {
    executorLabel,
    ...(inputs.length > 0 && { inputDefinitions: side(inputs, (port) => port.type, inputDefinition) }),
    ...(outputs.length > 0 && { outputDefinitions: side(outputs, (type) => type, outputDefinition) }),
  };
}

export function compileExecutor(component: ComponentNode): IrContainer {
  const { cpu, memory, gpu } = component.resources;
  const resources = {
    ...(cpu !== undefined && { cpuLimit: cores(String(cpu)), resourceCpuLimit: String(cpu) }),
    ...(memory !== undefined && { memoryLimit: gigabytes(memory), resourceMemoryLimit: memory }),
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

export function retryPolicy(retries: RetryNode): NonNullable<IrTask['retryPolicy']> {
  return {
    maxRetryCount: retries.max,
    backoffDuration: `${retries.backoffSeconds}s`,
    backoffFactor: retries.factor,
    backoffMaxDuration: `${retries.maxSeconds}s`,
  };
}

function cores(cpu: string): number {
  const match = /^(\d+(?:\.\d+)?)(m?)$/.exec(cpu);
  if (!match) throw definitionFault(`"${cpu}" is no number of cores (2, 0.5, 500m)`);
  return match[2] ? Number(match[1]) / 1000 : Number(match[1]);
}

const memoryUnits: Record<string, number> = {
  '': 1,
  K: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** kfp writes memory as a number of 10^9 bytes beside its text. */
function gigabytes(memory: string): number {
  const match = /^(\d+(?:\.\d+)?)([KMGT]i?)?$/.exec(memory);
  const unit = memoryUnits[match?.[2] ?? ''];
  if (!match || unit === undefined) throw definitionFault(`"${memory}" is no amount of memory (512Mi, 4G)`);
  return (Number(match[1]) * unit) / 1e9;
}
