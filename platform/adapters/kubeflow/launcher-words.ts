import { plainWords } from '@visavox/pipelines/executor-input';
import type { IrComponent, IrContainer, IrTask, PipelineSpec } from '@visavox/pipelines/ir';

/**
 * Kubeflow's launcher (2.15 to 2.17) fills in `{{$}}`, parameters, paths and addresses, and nothing else: not a
 * run's id, not a list of artifacts, not conditional words. Here commands are written in the words that it knows.
 */
export interface KnownBefore {
  readonly runId: string;
  readonly runName: string;
  /** The run's own parameters, with their defaults. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** What the driver fills in only where it is the constant value of an input. */
const driverPlaceholders = ['pipeline_task_name', 'pipeline_task_uuid'] as const;

/**
 * Rewrites the commands of a pipeline in place; each task gets a component and an executor of its own. Returns the labels
 * of the executors that were there, by those of the executors that are copies of them.
 */
export function rewriteCommands(spec: PipelineSpec, known: KnownBefore): ReadonlyMap<string, string> {
  const copies = separateTasks(spec);
  for (const use of usesOf(spec, known)) {
    const component = spec.components[use.task.componentRef.name];
    const container = spec.deploymentSpec.executors[component?.executorLabel ?? '']?.container;
    if (!container || !component) continue;
    const rewrite = (word: string) =>
      plainWords(word, (input) => use.given.has(input)).map((plain) => fill(plain, use, component, known));
    if (container.command) container.command = container.command.flatMap(rewrite);
    if (container.args) container.args = container.args.flatMap(rewrite);
    if (container.env)
      container.env = container.env.map(({ name, value = '' }) => ({
        name,
        value: fill(value, use, component, known),
      }));
    findOutputFile(container);
  }
  return copies;
}

/** The SDK gives tasks that are alike one component; what stands in their commands may differ. */
function separateTasks(spec: PipelineSpec): ReadonlyMap<string, string> {
  const taken = new Set<string>();
  const copies = new Map<string, string>();
  for (const { dag } of [spec.root, ...Object.values(spec.components)])
    for (const task of Object.values(dag?.tasks ?? {})) {
      const component = spec.components[task.componentRef.name];
      const label = component?.executorLabel;
      const executor = label === undefined ? undefined : spec.deploymentSpec.executors[label];
      if (!component || label === undefined || !executor) continue;
      if (taken.has(label)) {
        const [name, newLabel] = [`${task.componentRef.name}-of-${taken.size}`, `${label}-of-${taken.size}`];
        spec.components[name] = structuredClone({ ...component, executorLabel: newLabel });
        spec.deploymentSpec.executors[newLabel] = structuredClone(executor);
        const settings = spec.platforms?.kubernetes?.deploymentSpec?.executors;
        if (settings?.[label]) settings[newLabel] = structuredClone(settings[label]);
        task.componentRef = { ...task.componentRef, name };
        taken.add(newLabel);
        copies.set(newLabel, label);
      }
      taken.add(label);
    }
  return copies;
}

interface Use {
  readonly task: IrTask;
  /** The inputs that it will have. */
  readonly given: ReadonlySet<string>;
  /** Texts made of other inputs. The launcher fills those in or not, as chance will have it. */
  readonly texts: ReadonlyMap<string, string>;
}

function usesOf(spec: PipelineSpec, { parameters }: KnownBefore): readonly Use[] {
  return [spec.root, ...Object.values(spec.components)].flatMap((around) =>
    Object.values(around.dag?.tasks ?? {}).map((task) => {
      const component = spec.components[task.componentRef.name] ?? {};
      const sources = Object.entries(task.inputs?.parameters ?? {});
      const there = sources.filter(
        ([, { componentInputParameter: outer }]) =>
          around !== spec.root || outer === undefined || outer in parameters,
      );
      const defaults = Object.entries(component.inputDefinitions?.parameters ?? {}).filter(
        ([, { defaultValue }]) => defaultValue !== undefined,
      );
      const texts = sources.flatMap(([name, { runtimeValue }]) => {
        const constant = runtimeValue?.constant;
        return typeof constant === 'string' && constant.includes('{{$.inputs.parameters[')
          ? [[name, constant] as const]
          : [];
      });
      const names = [...there, ...defaults].map(([name]) => name);
      return {
        task,
        given: new Set([...names, ...Object.keys(task.inputs?.artifacts ?? {})]),
        texts: new Map(texts),
      };
    }),
  );
}

function fill(word: string, use: Use, component: IrComponent, { runId, runName }: KnownBefore): string {
  return word.replace(/\{\{\$\.(.+?)\}\}/g, (whole, name: string) => {
    if (name === 'outputMetadataUri') return outputFile;
    if (name === 'pipeline_job_uuid') return runId;
    if (name === 'pipeline_job_name') return runName;
    const driver = driverPlaceholders.find((one) => one === name);
    if (driver) {
      const input = `visavox_${driver}`;
      addConstantInput(use.task, component, input, whole);
      return `{{$.inputs.parameters['${input}']}}`;
    }
    // A list of artifacts: the step finds it among all that it is told.
    if (/^inputs\.artifacts\['[^']+'\]$/.test(name)) return '{{$}}';
    const input = /^inputs\.(?:parameters|artifacts)\['([^']+)'\]/.exec(name)?.[1];
    if (input === undefined) return whole;
    return use.texts.get(input) ?? (use.given.has(input) ? whole : '');
  });
}

const outputFile = '{{$.outputs.output_file}}';
/** Finds the file's name in what a task is told, and puts it where a command wants it. */
const outputFileScript = `
file=$(printf %s "$1" | sed 's/.*"outputFile": *"\\([^"]*\\)".*/\\1/'); shift
count=$#
while [ "$count" -gt 0 ]; do
  word=$1; shift
  [ "$word" != @output_file@ ] || word=$file
  set -- "$@" "$word"
  count=$((count - 1))
done
exec "$@"`;

/** Where a task writes about its outputs stands nowhere but in the text of all that it is told. */
function findOutputFile(container: IrContainer): void {
  const words = [...(container.command ?? []), ...(container.args ?? [])];
  if (!words.includes(outputFile)) return;
  const marked = words.map((word) => (word === outputFile ? '@output_file@' : word));
  container.command = ['sh', '-c', outputFileScript, 'visavox-task', '{{$}}', ...marked];
  delete container.args;
}

/** An input of ours beside those that the component declares. */
export function addConstantInput(task: IrTask, component: IrComponent, name: string, constant: string): void {
  component.inputDefinitions = {
    ...component.inputDefinitions,
    parameters: {
      ...component.inputDefinitions?.parameters,
      [name]: { parameterType: 'STRING', isOptional: true },
    },
  };
  task.inputs = {
    ...task.inputs,
    parameters: { ...task.inputs?.parameters, [name]: { runtimeValue: { constant } } },
  };
}
