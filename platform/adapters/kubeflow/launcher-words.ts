import { UserError } from '@visavox/core/errors';
import { plainWords } from '@visavox/pipelines/executor-input';
import type { IrComponent, IrTask, PipelineSpec } from '@visavox/pipelines/ir';

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

/** Where the launcher looks for what a task says about its outputs. */
const outputFile = '/tmp/kfp_outputs/output_metadata.json';
/** What the driver fills in only where it is the constant value of an input. */
const driverPlaceholders = ['pipeline_task_name', 'pipeline_task_uuid'] as const;

/** Rewrites the commands of a pipeline in place. Throws a UserError where that cannot be done. */
export function rewriteCommands(spec: PipelineSpec, known: KnownBefore): void {
  const uses = usesOf(spec, known);
  for (const [label, { container }] of Object.entries(spec.deploymentSpec.executors)) {
    const own = uses.filter(({ component }) => component.executorLabel === label);
    if (!container || own.length === 0) continue;
    const given = (input: string) => agreed(own, input, label);
    const rewrite = (word: string) => plainWords(word, given).map((plain) => fill(plain, own, known, given));
    if (container.command) container.command = container.command.flatMap(rewrite);
    if (container.args) container.args = container.args.flatMap(rewrite);
    container.env = container.env?.map(({ name, value = '' }) => ({
      name,
      value: fill(value, own, known, given),
    }));
    if (!container.env) delete container.env;
  }
}

interface Use {
  readonly task: IrTask;
  readonly component: IrComponent;
  readonly given: ReadonlySet<string>;
}

/** Each task with the inputs that it will have. */
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
      const names = [...there, ...defaults].map(([name]) => name);
      return { task, component, given: new Set([...names, ...Object.keys(task.inputs?.artifacts ?? {})]) };
    }),
  );
}

function agreed(uses: readonly Use[], input: string, label: string): boolean {
  const answers = new Set(uses.map(({ given }) => given.has(input)));
  if (answers.size === 1) return answers.has(true);
  throw new UserError({
    kind: 'invalid',
    code: 'unsupported_on_kubeflow',
    message: `${label} has words that depend on whether ${input} is given, and some of its tasks give it.`,
    action: 'Make two components of it, or run the pipeline with --on local.',
  });
}

function fill(
  word: string,
  uses: readonly Use[],
  { runId, runName }: KnownBefore,
  given: (input: string) => boolean,
): string {
  return word.replace(/\{\{\$\.(.+?)\}\}/g, (whole, name: string) => {
    if (name === 'outputs.output_file' || name === 'outputMetadataUri') return outputFile;
    if (name === 'pipeline_job_uuid') return runId;
    if (name === 'pipeline_job_name') return runName;
    const driver = driverPlaceholders.find((one) => one === name);
    if (driver) return asInput(driver, uses);
    // A list of artifacts: the step finds it among all that it is told.
    if (/^inputs\.artifacts\['[^']+'\]$/.test(name)) return '{{$}}';
    const optional = /^inputs\.(?:parameters|artifacts)\['([^']+)'\]/.exec(name)?.[1];
    return optional !== undefined && !given(optional) ? '' : whole;
  });
}

function asInput(placeholder: (typeof driverPlaceholders)[number], uses: readonly Use[]): string {
  const input = `visavox_${placeholder}`;
  for (const { task, component } of uses) addConstantInput(task, component, input, `{{$.${placeholder}}}`);
  return `{{$.inputs.parameters['${input}']}}`;
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
