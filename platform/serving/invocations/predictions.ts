import { badRequest } from '../protocol/datatype.ts';
import type { Tensor } from '../protocol/tensor.ts';
import { jsonOfData } from '../protocol/tensor-json.ts';

/** What MLflow's `/invocations` returns: nested lists by the output's name or, of a table, a record for each row. */
export function predictionsText(
  outputs: readonly Tensor[],
  { isTable }: { readonly isTable: boolean },
): string {
  const values = outputs.map((output) => ({ output, flat: JSON.parse(jsonOfData(output)) as unknown[] }));
  if (!isTable) {
    const named = values.map(({ output, flat }) => [output.name, nested(flat, output.shape)]);
    return JSON.stringify({ predictions: Object.fromEntries(named) });
  }
  const [first] = values;
  const rows = first?.flat.length ?? 0;
  if (values.some(({ flat }) => flat.length !== rows))
    throw badRequest(
      `the outputs have different numbers of elements: ${values.map(({ output, flat }) => `"${output.name}" ${flat.length}`).join(', ')}`,
      'Send "inputs" instead of a table: what comes back is a list by the output’s name then.',
    );
  const records = Array.from({ length: rows }, (_, row) =>
    Object.fromEntries(values.map(({ output, flat }) => [output.name, flat[row]])),
  );
  return JSON.stringify({ predictions: records });
}

function nested(flat: readonly unknown[], shape: readonly number[]): unknown {
  const [size, ...inner] = shape;
  if (size === undefined) return flat[0];
  if (inner.length === 0) return flat;
  const each = inner.reduce((product, one) => product * one, 1);
  return Array.from({ length: size }, (_, index) =>
    nested(flat.slice(index * each, (index + 1) * each), inner),
  );
}
