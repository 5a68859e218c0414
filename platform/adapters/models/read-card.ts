import { CardMetadata, cardOf, type ModelCard } from '@visavox/core/model-card';
import { parse } from 'yaml';

/** Names under which a card is found in a bundle, the first that is there. */
export const cardFiles = ['README.md', 'MODEL_CARD.md', 'model-card.md', 'model-card.json'];

/** It is no card, and why. */
export class NoCard extends Error {}

/** A model card of Hugging Face's form: Markdown with front matter, or its metadata as JSON. */
export function readCard(file: string, text: string): ModelCard {
  const [, front = '', body = text] = file.endsWith('.json')
    ? [undefined, text, '']
    : (/^---\r?\n([\s\S]*?)\r?\n---(?:\r?\n|$)([\s\S]*)$/.exec(text) ?? []);
  let metadata: unknown;
  try {
    // JSON is YAML as well.
    metadata = front.trim() === '' ? {} : parse(front);
  } catch (error) {
    throw new NoCard(error instanceof Error ? error.message : String(error));
  }
  const read = CardMetadata.safeParse(metadata ?? {});
  if (read.success) return cardOf(file, read.data, body.trim());
  const [issue] = read.error.issues;
  throw new NoCard(`${issue?.path.join('.') || 'its metadata'}: ${issue?.message}`);
}
