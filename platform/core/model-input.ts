import { z } from 'zod';
import type { ModelInput } from './signature-fit.ts';

const Cells = z.array(z.array(z.unknown()));
const Split = z.object({ columns: z.array(z.union([z.string(), z.number()])).optional(), data: Cells });
const Records = z.array(z.record(z.string(), z.unknown()));
const Tensors = z.record(z.string(), z.unknown());

/** What MLflow's `/invocations` takes: one of these four. */
const Invocation = z.union([
  z.object({ dataframe_split: Split }),
  z.object({ dataframe_records: Records }),
  z.object({ instances: z.array(z.unknown()) }),
  z.object({ inputs: z.unknown() }),
]);

/** Reads what is sent to `/invocations`; undefined where it is nothing of the kind. */
export function readInvocation(value: unknown): ModelInput | undefined {
  const { data } = Invocation.safeParse(value);
  if (!data) return undefined;
  if ('dataframe_split' in data) return tableOf(data.dataframe_split);
  if ('dataframe_records' in data) return tableOfRecords(data.dataframe_records);
  if ('instances' in data) return ofInstances(data.instances);
  const tensors = Tensors.safeParse(data.inputs);
  if (tensors.success) return { kind: 'tensors', tensors: tensors.data };
  return { kind: 'tensor', tensor: data.inputs };
}

export function tableOf({ columns, data }: z.infer<typeof Split>): ModelInput {
  return { kind: 'table', columns: columns?.map(String) ?? null, rows: data };
}

/** `value`: of pandas' orientation `split` or `records`; undefined where it is neither. */
export function readTable(value: unknown): ModelInput | undefined {
  const split = Split.safeParse(value);
  if (split.success) return tableOf(split.data);
  const records = Records.safeParse(value);
  return records.success ? tableOfRecords(records.data) : undefined;
}

function tableOfRecords(records: z.infer<typeof Records>): ModelInput {
  const columns = [...new Set(records.flatMap((record) => Object.keys(record)))];
  return { kind: 'table', columns, rows: records.map((record) => columns.map((name) => record[name])) };
}

/** TensorFlow Serving's row format: a list of tensors, or of objects with a tensor of each name. */
function ofInstances(instances: readonly unknown[]): ModelInput {
  const records = Records.safeParse(instances);
  if (!records.success || instances.length === 0) return { kind: 'tensor', tensor: instances };
  const names = [...new Set(records.data.flatMap((record) => Object.keys(record)))];
  return {
    kind: 'tensors',
    tensors: Object.fromEntries(names.map((name) => [name, records.data.map((record) => record[name])])),
  };
}
