/**
 * What a component takes and gives. Parameters are small values, artifacts are files or folders. A dataset version, which
 * can be taken only, is the folder of its items.
 */
export const parameterTypes = ['string', 'integer', 'number', 'boolean', 'list', 'struct'] as const;
export type ParameterType = (typeof parameterTypes)[number];

export const artifactTypes = [
  'artifact',
  'dataset',
  'model',
  'metrics',
  'classification-metrics',
  'html',
  'markdown',
] as const;
export type ArtifactType = (typeof artifactTypes)[number];

export const datasetVersionType = 'dataset-version';
export type DatasetVersionType = typeof datasetVersionType;

/** `dataset[]` is a list of artifacts, as a loop collects them. */
export type PortType = ParameterType | ArtifactType | `${ArtifactType}[]` | DatasetVersionType;

export interface InputPort {
  readonly type: PortType;
  readonly default?: unknown;
  /** The input may be left out although it has no default. */
  readonly optional?: true;
  readonly description?: string;
}

export const portFields = ['type', 'default', 'optional', 'description'];

export type InputPorts = Readonly<Record<string, PortType | InputPort>>;
export type OutputPorts = Readonly<Record<string, ParameterType | ArtifactType>>;

export type TypeOf<Port> = Port extends PortType
  ? Port
  : Port extends { readonly type: infer Type extends PortType }
    ? Type
    : never;

export function isParameterType(type: PortType): type is ParameterType {
  return parameterTypes.some((known) => known === type);
}

export function isPortType(type: unknown): type is PortType {
  return (
    typeof type === 'string' &&
    [
      ...parameterTypes,
      ...artifactTypes,
      ...artifactTypes.map((artifact) => `${artifact}[]`),
      datasetVersionType,
    ].includes(type)
  );
}

export function inputPort(port: PortType | InputPort): InputPort {
  return typeof port === 'string' ? { type: port } : port;
}

/** Whether a value of one type may be given where another is expected. A plain `artifact` takes any artifact, a `dataset` a dataset version. */
export function accepts(expected: PortType, given: PortType): boolean {
  if (expected === given) return true;
  if (expected === 'dataset' && given === datasetVersionType) return true;
  if (expected === 'artifact') return !isParameterType(given) && !given.endsWith('[]');
  if (expected === 'artifact[]') return given.endsWith('[]');
  return false;
}

/** The parameter type of a constant; undefined where none fits. */
export function typeOfConstant(value: unknown): ParameterType | undefined {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'number')
    return Number.isInteger(value) ? 'integer' : Number.isFinite(value) ? 'number' : undefined;
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'object' && value !== null) return 'struct';
  return undefined;
}

export function constantFits(expected: PortType, value: unknown): boolean {
  const type = typeOfConstant(value);
  return type === expected || (expected === 'number' && type === 'integer');
}
