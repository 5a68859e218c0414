import type { ModelSignature } from './signature.ts';

/** `auto`: where rows are independent and a row among others is faster; `on`: wherever they are independent. */
export type Batching = 'auto' | 'on' | 'off';

/** Jobs that may run as one. Beyond this a caller's wait grows faster than the gain. */
export const batchSize = 8;

/** How many times faster a row has to be among others: below it the copies and the longer wait are not worth it. */
const worthwhileGain = 1.6;

const mostElementsARow = 1_000_000;

/**
 * Whether a model's own metadata allow it: float tensors that all share one free first size, and no other that
 * is free in an input.
 */
export function mayBatch({ inputs, outputs }: ModelSignature): boolean {
  const rows = inputs[0]?.shape[0];
  if (typeof rows !== 'string' || rows === '') return false;
  const floats = [...inputs, ...outputs].every(
    ({ datatype, shape }) => datatype === 'FP32' && shape[0] === rows,
  );
  return (
    floats &&
    inputs.every(({ shape }) => {
      const width = shape
        .slice(1)
        .reduce<number>((product, size) => (typeof size === 'number' ? product * size : Number.NaN), 1);
      return width <= mostElementsARow;
    })
  );
}

export function shouldBatch(
  batching: Batching,
  probed: { readonly same: boolean; readonly gain: number },
): boolean {
  return probed.same && (batching === 'on' || (batching === 'auto' && probed.gain >= worthwhileGain));
}
