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
  const drawn = draw(`split:${identity}`);
  if (drawn < evaluationShare) return 'evaluation';
  return drawn < evaluationShare + validationShare ? 'validation' : 'train';
}

/** Of those who may be learned from, in percent: whom a network that is fine-tuned does not hear, so that it can be judged on them. */
const unheardShare = 30;

/** Whether fine-tuning of networks learns from somebody; it stays so for good. */
export function isHeard(identity: string): boolean {
  return splitOf(identity) !== 'evaluation' && isHeardOfLearned(identity);
}

/** The same of somebody who may be learned from. */
export function isHeardOfLearned(identity: string): boolean {
  return draw(`heard:${identity}`) >= unheardShare;
}

const draw = (text: string) =>
  Number.parseInt(digestOf(text).slice('sha256:'.length, 'sha256:'.length + 8), 16) % 100;
