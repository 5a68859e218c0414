import { isTensor, type ModelSignature, partText, type SignaturePart, typeText } from './model-signature.ts';

/** An input as it is sent to a model: a table, or tensors. */
export type ModelInput =
  | {
      readonly kind: 'table';
      /** Null where the columns have no names. */
      readonly columns: readonly string[] | null;
      readonly rows: readonly (readonly unknown[])[];
    }
  /** `tensors`: by name, or the only one, as nested lists. */
  | { readonly kind: 'tensors'; readonly tensors: Readonly<Record<string, unknown>> }
  | { readonly kind: 'tensor'; readonly tensor: unknown };

/** Faults that are named; what is wrong with the first of many is wrong with all. */
const mostFaults = 5;

/**
 * Why an input does not fit the inputs of a signature, as MLflow would hold it against them; empty where it does. What
 * JSON cannot tell apart (1 and 1.0) fits either.
 */
export function inputFaults(
  { inputs }: Pick<ModelSignature, 'inputs'>,
  input: ModelInput,
): readonly string[] {
  if (inputs === null || inputs.length === 0) return [];
  const faults = inputs.every(isTensor) ? tensorFaults(inputs, input) : tableFaults(inputs, input);
  return faults.slice(0, mostFaults);
}

function tableFaults(parts: readonly SignaturePart[], input: ModelInput): string[] {
  if (input.kind === 'tensor')
    return tableFaults(parts, { kind: 'table', columns: null, rows: rowsOf(input.tensor) });
  if (input.kind === 'tensors') return columnsByName(parts, columnsOf(input.tensors));
  const { columns, rows } = input;
  if (columns !== null && parts.every(({ name }) => name))
    return columnsByName(parts, new Map(columns.map((name, index) => [name, rows.map((row) => row[index])])));
  const widths = new Set(rows.map(({ length }) => length));
  const [width = 0] = widths;
  if (widths.size > 1) return [`its rows have different numbers of columns: ${[...widths].join(', ')}`];
  if (width !== parts.length)
    return [`it has ${count(width, 'column')}, where the signature has ${count(parts.length, 'column')}`];
  return parts.flatMap((part, index) =>
    columnFaults(
      part,
      `${index + 1}`,
      rows.map((row) => row[index]),
    ),
  );
}

function columnsByName(
  parts: readonly SignaturePart[],
  columns: ReadonlyMap<string, readonly unknown[]>,
): string[] {
  const missing = parts.filter(({ name, required }) => required !== false && !columns.has(name ?? ''));
  return [
    ...(missing.length > 0
      ? [
          `it lacks ${missing.map((part) => `"${part.name}"`).join(', ')}: the signature has ${parts.map(partText).join(', ')}, and it has ${[...columns.keys()].map((name) => `"${name}"`).join(', ') || 'nothing'}`,
        ]
      : []),
    ...parts.flatMap((part) => columnFaults(part, `"${part.name}"`, columns.get(part.name ?? '') ?? [])),
  ];
}

function columnFaults(part: SignaturePart, name: string, values: readonly unknown[]): string[] {
  if (isTensor(part)) return valueFaults(part, name, values);
  const row = values.findIndex((value) => !fits(part, value, part.required !== false));
  if (row < 0) return [];
  return [`column ${name}, row ${row + 1}: expected ${typeText(part)}, received ${shown(values[row])}`];
}

/** `strict`: nothing that is missing. Floats and texts may be missing as they may be in a data frame. */
function fits(part: SignaturePart, value: unknown, strict: boolean): boolean {
  if (isTensor(part)) return true;
  if (value === null || value === undefined)
    return !strict || ['float', 'double', 'string', 'datetime', 'any'].includes(part.type);
  switch (part.type) {
    case 'boolean':
      return typeof value === 'boolean';
    case 'integer':
      return Number.isInteger(value) && Math.abs(Number(value)) <= 2 ** 31;
    case 'long':
      return Number.isInteger(value);
    case 'float':
    case 'double':
      return typeof value === 'number';
    case 'string':
    case 'binary':
      return typeof value === 'string';
    case 'datetime':
      return typeof value === 'string' || typeof value === 'number';
    case 'array':
      return Array.isArray(value) && value.every((item) => fitsInner(part.items, item));
    case 'object':
    case 'map':
      return typeof value === 'object' && !Array.isArray(value);
    default:
      return true;
  }
}

function fitsInner(inner: unknown, value: unknown): boolean {
  return typeof inner !== 'object' || inner === null || fits(inner as SignaturePart, value, false);
}

function tensorFaults(parts: readonly SignaturePart[], input: ModelInput): string[] {
  const [only, another] = parts;
  if (input.kind === 'tensors') {
    const named = new Map(Object.entries(input.tensors));
    if (only && !another && !named.has(only.name ?? '') && named.size === 1)
      return valueFaults(only, 'its tensor', [...named.values()][0]);
    const missing = parts.filter(({ name, required }) => required !== false && !named.has(name ?? ''));
    const unknown = [...named.keys()].filter((name) => !parts.some((part) => part.name === name));
    return [
      ...(missing.length > 0
        ? [
            `it lacks ${missing.map(({ name }) => `"${name}"`).join(', ')}: the signature has ${parts.map(partText).join(', ')}`,
          ]
        : []),
      ...(unknown.length > 0
        ? [`it has ${unknown.map((name) => `"${name}"`).join(', ')}, which the signature does not have`]
        : []),
      ...parts.flatMap((part) =>
        named.has(part.name ?? '') ? valueFaults(part, `"${part.name}"`, named.get(part.name ?? '')) : [],
      ),
    ];
  }
  if (!only || another)
    return [
      `it is one tensor, where the signature has ${count(parts.length, 'tensor')}: ${parts.map(partText).join(', ')}`,
    ];
  return valueFaults(only, 'its tensor', input.kind === 'table' ? input.rows : input.tensor);
}

function valueFaults(part: SignaturePart, name: string, value: unknown): string[] {
  if (!isTensor(part)) return columnFaults(part, name, Array.isArray(value) ? value : [value]);
  const { dtype, shape } = part['tensor-spec'];
  const actual = shapeOf(value);
  if (actual === undefined) return [`${name} is no tensor: its lists have different lengths`];
  const same =
    actual.length === shape.length && shape.every((size, axis) => size < 0 || size === actual[axis]);
  if (!same) return [`${name}: expected the shape [${shape.join(', ')}], received [${actual.join(', ')}]`];
  const wrong = leaves(value).find((leaf) => !isOfType(dtype, leaf));
  return wrong === undefined ? [] : [`${name}: expected ${dtype}, received ${shown(wrong)}`];
}

/** Undefined where the lists are ragged. */
function shapeOf(value: unknown): readonly number[] | undefined {
  if (!Array.isArray(value)) return [];
  const inner = value.map(shapeOf);
  const [first = []] = inner;
  if (inner.some((one) => one === undefined || one.join() !== first?.join())) return undefined;
  return [value.length, ...first];
}

function leaves(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.flat(Number.POSITIVE_INFINITY) : [value];
}

function isOfType(dtype: string, value: unknown): boolean {
  if (/^u?int/.test(dtype)) return Number.isInteger(value) && (!dtype.startsWith('u') || Number(value) >= 0);
  // NaN and infinity have no other name in JSON.
  if (/^(b?float|double)/.test(dtype))
    return typeof value === 'number' || value === null || /^-?(nan|inf(inity)?)$/i.test(String(value));
  if (/^bool/.test(dtype)) return typeof value === 'boolean';
  return /^(str|string|object|<U|bytes)/.test(dtype) ? typeof value === 'string' : true;
}

function rowsOf(value: unknown): readonly (readonly unknown[])[] {
  if (!Array.isArray(value)) return [[value]];
  return value.every(Array.isArray) ? value : value.map((one) => [one]);
}

function columnsOf(tensors: Readonly<Record<string, unknown>>): ReadonlyMap<string, readonly unknown[]> {
  return new Map(
    Object.entries(tensors).map(([name, value]) => [name, Array.isArray(value) ? value : [value]]),
  );
}

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
