import { UserError } from '@visavox/core/errors';
import type { Parameter } from '@visavox/core/run';
import type { IrParameterType, PipelineSpec } from './ir.ts';

const typeWords: Record<IrParameterType, string> = {
  STRING: 'a string',
  NUMBER_INTEGER: 'an integer',
  NUMBER_DOUBLE: 'a number',
  BOOLEAN: 'true or false',
  LIST: 'a JSON list',
  STRUCT: 'a JSON object',
  TASK_FINAL_STATUS: 'the final status of a task',
};

/**
 * The parameters of a run, with defaults filled in. A text stands for any type that it can be read as, since
 * that is what a command line gives. Throws a UserError `parameter_invalid`.
 */
export function resolveParameters(
  spec: PipelineSpec,
  given: Readonly<Record<string, Parameter>>,
): Record<string, Parameter> {
  const declared = spec.root.inputDefinitions?.parameters ?? {};
  const unknown = Object.keys(given).find((name) => !(name in declared));
  if (unknown !== undefined)
    throw invalid(`${spec.pipelineInfo.name} has no parameter ${unknown}`, Object.keys(declared));
  const resolved: Record<string, Parameter> = {};
  for (const [name, { parameterType, defaultValue, isOptional, literals }] of Object.entries(declared)) {
    const value = given[name] ?? defaultValue ?? undefined;
    if (value === undefined) {
      if (!isOptional) throw invalid(`the parameter ${name} is missing`, Object.keys(declared));
      continue;
    }
    const typed = coerce(parameterType, value);
    if (typed === undefined)
      throw invalid(
        `the parameter ${name} is ${JSON.stringify(value)}, expected ${typeWords[parameterType]}`,
        Object.keys(declared),
      );
    if (!isLiteral(typed, literals))
      throw invalid(
        `the parameter ${name} is ${JSON.stringify(typed)}, expected one of ${JSON.stringify(literals)}`,
        Object.keys(declared),
      );
    resolved[name] = typed;
  }
  return resolved;
}

/** Whether the value is one of those that are allowed, where not all are. */
export function isLiteral(value: Parameter, literals: readonly unknown[] = []): boolean {
  return literals.length === 0 || literals.includes(value);
}

/** The value as a parameter of this type, or undefined where it is none. */
export function coerce(type: IrParameterType, value: unknown): Parameter | undefined {
  if (type === 'STRING') {
    if (typeof value === 'string') return value;
    return value === undefined || value === null ? undefined : JSON.stringify(value);
  }
  const plain = typeof value === 'string' ? parseJson(value) : value;
  switch (type) {
    case 'NUMBER_INTEGER':
      return typeof plain === 'number' && Number.isInteger(plain) ? plain : undefined;
    case 'NUMBER_DOUBLE':
      return typeof plain === 'number' && Number.isFinite(plain) ? plain : undefined;
    case 'BOOLEAN':
      return typeof plain === 'boolean' ? plain : undefined;
    case 'LIST':
      return Array.isArray(plain) ? plain : undefined;
    case 'STRUCT':
    case 'TASK_FINAL_STATUS':
      return isRecord(plain) ? plain : undefined;
  }
}

/** The value with each text in it, however deep, replaced by what `change` makes of it. */
export function withTexts(value: Parameter, change: (text: string) => string): Parameter {
  const changed = (inner: unknown): unknown => {
    if (typeof inner === 'string') return change(inner);
    if (Array.isArray(inner)) return inner.map(changed);
    return isRecord(inner)
      ? Object.fromEntries(Object.entries(inner).map(([key, item]) => [key, changed(item)]))
      : inner;
  };
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map(changed);
  return isRecord(value)
    ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, changed(item)]))
    : value;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Its value, or undefined where it is no JSON; Python's words for true and false are taken as well. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text === 'True' || text === 'False' ? text.toLowerCase() : text);
  } catch {
    return undefined;
  }
}

function invalid(what: string, known: readonly string[]): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'parameter_invalid',
    message: `The run cannot start: ${what}.`,
    action:
      known.length > 0
        ? `Give the parameters ${known.join(', ')} as the pipeline declares them.`
        : 'Leave it out.',
    details: { parameters: known },
  });
}
