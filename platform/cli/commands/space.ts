import { UserError } from '@visavox/core/errors';
import type { Dimension } from '@visavox/core/search-space';
import { parseValue } from './submission.ts';

const number = '[-+]?(?:\\d+\\.?\\d*|\\.\\d+)(?:e[-+]?\\d+)?';
const range = new RegExp(`^(log:)?(${number})\\.\\.(${number})(?:/(${number}))?$`, 'i');

/**
 * Where a parameter is looked for, as people write it: `16,32,64` (values), `0.1..0.9` (between two numbers), `0..1/0.1`
 * (in steps), `log:1e-4..1` (evenly over orders of magnitude). Throws a UserError `misuse`.
 * @example dimensionOf('rate', 'log:1e-4..1') // { low: 0.0001, high: 1, log: true }
 */
export function dimensionOf(name: string, text: string): Partial<Dimension> {
  const [, log, low, high, step] = range.exec(text.trim()) ?? [];
  if (low !== undefined && high !== undefined)
    return {
      ...{ low: Number(low), high: Number(high) },
      ...(log !== undefined && { log: true }),
      ...(step !== undefined && { step: Number(step) }),
    };
  const values = asJson(text) ?? text.split(',').map((one) => parseValue(one.trim()));
  if (!text.includes('..') && values.length > 0 && values.every((value) => value !== '' && value !== null))
    return { values: values as (string | number | boolean)[] };
  throw new UserError({
    kind: 'invalid',
    code: 'misuse',
    message: `--space ${name}=${text} is no space`,
    action: `Write values (${name}=16,32,64), a range (${name}=0.1..0.9), one in steps (${name}=0..1/0.1) or one over orders of magnitude (${name}=log:1e-4..1).`,
  });
}

/** A JSON list is taken as it is: values may hold commas. */
function asJson(text: string): unknown[] | undefined {
  const value = text.trimStart().startsWith('[') ? parseValue(text) : undefined;
  return Array.isArray(value) ? value : undefined;
}
