import type { Bindings, Parameter } from '@visavox/core/run';
import { z } from 'zod';
import type { IrComponent, IrTask } from './ir.ts';
import { coerce, isLiteral, isRecord, parseJson, withTexts } from './parameters.ts';

export type TaskOutputs = Bindings;

export interface ResolvedInputs {
  /** What the component declares. */
  readonly inputs: Bindings;
  /** Those and what was carried in for texts and conditions. */
  readonly carried: Readonly<Record<string, Parameter>>;
}

/** What tasks beside it have given, and what became of them. */
export interface Siblings {
  readonly outputsOf: (task: string) => Bindings | undefined;
  readonly finalStatusOf: (task: string) => Parameter | undefined;
}

/** A task's inputs from what surrounds it and what ran before it; a text says why they cannot be had. */
export function resolveInputs(
  task: IrTask,
  component: IrComponent,
  around: Bindings,
  { outputsOf, finalStatusOf }: Siblings,
): ResolvedInputs | string {
  const carried: Record<string, Parameter> = {};
  const declared = component.inputDefinitions?.parameters ?? {};
  const missing = new Map<string, string>();
  for (const [name, source] of Object.entries(task.inputs?.parameters ?? {})) {
    const { taskOutputParameter: output, taskFinalStatus, componentInputParameter: outer } = source;
    const given = output
      ? outputsOf(output.producerTask)?.parameters[output.outputParameterKey]
      : taskFinalStatus
        ? finalStatusOf(taskFinalStatus.producerTask)
        : outer !== undefined
          ? around.parameters[outer]
          : source.runtimeValue?.constant;
    const picked = source.parameterExpressionSelector
      ? member(given, source.parameterExpressionSelector)
      : given;
    const type = declared[name]?.parameterType;
    const value = type ? coerceLoosely(type, picked) : asParameter(picked);
    if (value !== undefined) carried[name] = value;
    else if (picked === undefined || picked === null)
      missing.set(
        name,
        output ? `${output.producerTask} gave no ${output.outputParameterKey}` : 'it was not given',
      );
    else return `not run, because its input ${name} is ${JSON.stringify(picked)}, which is no ${type}`;
  }
  for (const [name, { defaultValue }] of Object.entries(declared)) {
    const fallback = asParameter(defaultValue);
    if (carried[name] === undefined && fallback !== undefined) carried[name] = fallback;
  }
  const parameters: Record<string, Parameter> = {};
  for (const [name, { isOptional, literals }] of Object.entries(declared)) {
    const given = carried[name];
    // Only the pipeline's own words name something; a value that looks like it stays a value.
    const value = given !== undefined && isConstant(task, name) ? substitute(given, carried) : given;
    if (value !== undefined && !isLiteral(value, literals))
      return `not run, because its input ${name} is ${JSON.stringify(value)}, and has to be one of ${JSON.stringify(literals)}`;
    if (value !== undefined) parameters[name] = value;
    else if (!isOptional && !name.includes('loop-item'))
      return `not run, because its input ${name} is missing: ${missing.get(name) ?? 'it was not given'}`;
  }
  const artifacts: Bindings['artifacts'] = {};
  for (const [name, source] of Object.entries(task.inputs?.artifacts ?? {})) {
    const { taskOutputArtifact: output, componentInputArtifact: outer } = source;
    const found = output
      ? outputsOf(output.producerTask)?.artifacts[output.outputArtifactKey]
      : around.artifacts[outer ?? ''];
    if (found) artifacts[name] = found;
    else if (!component.inputDefinitions?.artifacts?.[name]?.isOptional)
      return `not run, because its input ${name} is missing: ${output?.producerTask ?? 'what surrounds it'} gave none`;
  }
  return { inputs: { parameters, artifacts }, carried };
}

/** Whether an input's value is written in the pipeline, as an argument or as a default. */
export function isConstant(task: IrTask, input: string): boolean {
  const source = task.inputs?.parameters?.[input];
  return source === undefined || source.runtimeValue !== undefined;
}

/** Texts that kfp compiles name other inputs of the same task: f-strings, and outputs inside of lists and dictionaries. */
function substitute(value: Parameter, carried: Readonly<Record<string, Parameter>>): Parameter {
  return withTexts(value, (text) => withInputs(text, carried));
}

/** The text with the values of the inputs that it names; those that are not known stay as they are. */
export function withInputs(text: string, carried: Readonly<Record<string, Parameter>>): string {
  return text.replace(/\{\{\$\.inputs\.parameters\['([^']+)'\]\}\}/g, (whole, name: string) => {
    const found = carried[name];
    if (found === undefined) return whole;
    return typeof found === 'string' ? found : JSON.stringify(found);
  });
}

function coerceLoosely(type: Parameters<typeof coerce>[0], value: unknown): Parameter | undefined {
  return value === undefined || value === null ? undefined : coerce(type, value);
}

function asParameter(value: unknown): Parameter | undefined {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return Array.isArray(value) || isRecord(value) ? value : undefined;
}

const selector = /^parseJson\(string_value\)((?:\["[^"]+"\]|\[\d+\])+)$/;

/** Whether it picks a member in one of the ways that are known here. */
export function isSelector(text: string): boolean {
  return selector.test(text);
}

/** `parseJson(string_value)["a"][0]`: how kfp picks a member of a loop's item. */
function member(value: unknown, text: string): unknown {
  const keys: unknown = JSON.parse(
    `[${(selector.exec(text)?.[1] ?? '').slice(1, -1).replaceAll('][', ',')}]`,
  );
  const start = typeof value === 'string' ? parseJson(value) : value;
  return z
    .array(z.union([z.string(), z.number()]))
    .parse(keys)
    .reduce<unknown>((inner, key) => {
      if (Array.isArray(inner)) return typeof key === 'number' ? inner[key] : undefined;
      return isRecord(inner) ? inner[key] : undefined;
    }, start);
}
