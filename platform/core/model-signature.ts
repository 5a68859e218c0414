import { z } from 'zod';

/** What MLflow calls a column's type: a name, or an array, an object or a map of such. */
export const ColumnType = z.enum([
  ...(['boolean', 'integer', 'long', 'float', 'double', 'string', 'binary', 'datetime'] as const),
  ...(['array', 'object', 'map', 'any'] as const),
]);
export type ColumnType = z.infer<typeof ColumnType>;

const named = { name: z.string().nullish(), required: z.boolean().nullish() };

const TensorSpec = z.object({
  ...named,
  type: z.literal('tensor'),
  /** A size of -1 is free. */
  'tensor-spec': z.object({ dtype: z.string(), shape: z.array(z.number().int()) }),
});
/** `items`, `properties` and `values` are those of an array, an object and a map. */
const ColumnSpec = z.looseObject({ ...named, type: ColumnType });

/** One input or output, as MLflow writes it into `MLmodel`. */
export const SignaturePart = z.union([TensorSpec, ColumnSpec]);
export type SignaturePart = z.infer<typeof SignaturePart>;

/** What a model takes and returns: MLflow's ModelSignature. Null where nobody knows it. */
export const ModelSignature = z.object({
  inputs: z.array(SignaturePart).nullable(),
  outputs: z.array(SignaturePart).nullable(),
  params: z.array(z.looseObject({ name: z.string() })).nullable(),
});
export type ModelSignature = z.infer<typeof ModelSignature>;

export function isTensor(part: SignaturePart): part is z.infer<typeof TensorSpec> {
  return part.type === 'tensor' && 'tensor-spec' in part;
}

/** `float32 [-1, 28, 28]`, `double`, `array of long`. */
export function typeText(part: SignaturePart): string {
  if (isTensor(part)) return `${part['tensor-spec'].dtype} [${part['tensor-spec'].shape.join(', ')}]`;
  const { items } = part;
  const inner = ColumnSpec.safeParse(items).data;
  return part.type === 'array' && inner ? `array of ${typeText(inner)}` : part.type;
}

/** `petal_width: double`, and the type alone of what has no name. */
export function partText(part: SignaturePart): string {
  const optional = part.required === false ? ' (optional)' : '';
  return `${part.name ? `${part.name}: ` : ''}${typeText(part)}${optional}`;
}
