import { digestOf } from '@visavox/core/digest';
import type { Split } from './feature-table.ts';

/** Shares in percent. Enough evaluation people to judge a model by is worth more than a few more to train on. */
const evaluationShare = 25;
const validationShare = 15;

/**
 * By a hash of the identity (that of identities.ts: people who were found to be one are one): it needs no memory, it never
 * changes, and a person who was held out for one model is held out for all, so a champion and its challenger can be compared on
 * people that neither saw.
 */
export function splitOf(identity: string): Split {
  const draw =
    Number.parseInt(digestOf(`split:${identity}`).slice('sha256:'.length, 'sha256:'.length + 8), 16) % 100;
  if (draw < evaluationShare) return 'evaluation';
  return draw < evaluationShare + validationShare ? 'validation' : 'train';
}
