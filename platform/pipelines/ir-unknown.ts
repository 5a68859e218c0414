import type { PipelineSpec } from './ir.ts';

/** The fields of a message that decide what a run does; `null`: whatever is in it is not looked at. */
interface Message {
  readonly [field: string]: Message | readonly [Message] | null;
}

const fields = (...names: readonly string[]): Message =>
  Object.fromEntries(names.map((name) => [name, null]));

/** `[message]` is a map of such messages by names of their own. Source: pipeline_spec.proto of kfp 2.17. */
const task: Message = {
  ...fields('taskInfo', 'inputs', 'dependentTasks', 'componentRef'),
  cachingOptions: fields('enableCache', 'cacheKey'),
  triggerPolicy: fields('condition', 'strategy'),
  retryPolicy: fields('maxRetryCount', 'backoffDuration', 'backoffFactor', 'backoffMaxDuration'),
  parameterIterator: { ...fields('itemInput'), items: fields('raw', 'inputParameter') },
  artifactIterator: { ...fields('itemInput'), items: fields('inputArtifact') },
  iteratorPolicy: fields('parallelismLimit'),
};
const component: Message = {
  ...fields('inputDefinitions', 'outputDefinitions', 'executorLabel'),
  ...fields('singlePlatformSpecs', 'taskConfigPassthroughs'),
  dag: { tasks: [task], ...fields('outputs') },
};
const container: Message = {
  ...fields('image', 'command', 'args', 'lifecycle', 'env'),
  resources: {
    ...fields('cpuLimit', 'memoryLimit', 'cpuRequest', 'memoryRequest'),
    ...fields('resourceCpuLimit', 'resourceMemoryLimit', 'resourceCpuRequest', 'resourceMemoryRequest'),
    accelerator: fields('type', 'count', 'resourceType', 'resourceCount'),
  },
};
const spec: Message = {
  ...fields('pipelineInfo', 'schemaVersion', 'sdkVersion', 'defaultPipelineRoot', 'platforms'),
  components: [component],
  root: component,
  deploymentSpec: { executors: [{ container, ...fields('importer') }] },
};

/** Where a PipelineSpec has fields that nobody knows, such as `root.dag.tasks.train.triggerPolicy.conditon`. Pure. */
export function unknownFields(value: unknown): string[] {
  return unknownIn(value, spec, '');
}

/** Retries of a group of tasks as a whole, which nothing does with a PipelineSpec, Kubeflow neither: its tasks have their own. Pure. */
export function retriesOfGroups(spec: PipelineSpec): string[] {
  const dags = [['root', spec.root] as const, ...Object.entries(spec.components)];
  return dags.flatMap(([name, { dag }]) =>
    Object.entries(dag?.tasks ?? {}).flatMap(([key, { componentRef, retryPolicy }]) => {
      const isGroup = spec.components[componentRef.name]?.dag !== undefined;
      const place = `${name === 'root' ? name : `components.${name}`}.dag.tasks.${key}.retryPolicy`;
      return isGroup && retryPolicy?.maxRetryCount ? [place] : [];
    }),
  );
}

function unknownIn(value: unknown, message: Message, path: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([field, inner]) => {
    const known = Object.hasOwn(message, field) ? message[field] : undefined;
    const here = `${path}${field}`;
    if (known === undefined) return [here];
    if (known === null) return [];
    if (!isMap(known)) return unknownIn(inner, known, `${here}.`);
    return Object.entries(inner ?? {}).flatMap(([name, each]) =>
      unknownIn(each, known[0], `${here}.${name}.`),
    );
  });
}

function isMap(known: Message | readonly [Message]): known is readonly [Message] {
  return Array.isArray(known);
}
