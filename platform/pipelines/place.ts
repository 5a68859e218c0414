import { UserError } from '@visavox/core/errors';
import { isMap, isScalar, isSeq } from 'yaml';
import { z } from 'zod';
import { readYaml } from './yaml-text.ts';

/** Where something is in a pipeline's specification, from its top: `['root', 'dag', 'tasks', 'train']`. */
export type Place = readonly (string | number)[];

const WithPlace = z.looseObject({ place: z.array(z.union([z.string(), z.number()])) });

/** The same error, which tells where it is about; `lineOf` finds the line in whichever text was read. */
export function at(place: Place, error: UserError): UserError {
  const { kind, code, message, action, details, cause } = error;
  return new UserError({ kind, code, message, action, details: { ...details, place }, cause });
}

/** An error about a compiled pipeline as people read it: with the line of its text. */
export function withLine(
  error: UserError,
  { file, text }: { readonly file: string; readonly text: string },
): UserError {
  const place = WithPlace.safeParse(error.details).data?.place;
  const line = place && lineOf(text, place);
  if (line === undefined) return error;
  const { kind, code, message, action, details, cause } = error;
  return new UserError({
    ...{ kind, code, action, cause },
    message: `${file}, line ${line}: ${message}`,
    details: { ...details, line },
  });
}

/** The line of the deepest part of a place that a text has, YAML or JSON. */
export function lineOf(text: string, place: Place): number | undefined {
  const read = readYaml(text);
  const lines = read.documents.map(({ contents }) => {
    let node: unknown = contents;
    let offset: number | undefined;
    for (const [depth, part] of place.entries()) {
      const found = childOf(node, part);
      if (!found) return { depth, offset };
      ({ node, offset } = found);
    }
    return { depth: place.length, offset };
  });
  const [deepest] = lines.sort((a, b) => b.depth - a.depth);
  return deepest?.offset === undefined ? undefined : read.lineOf(deepest.offset);
}

function childOf(
  node: unknown,
  part: string | number,
): { node: unknown; offset: number | undefined } | undefined {
  if (isSeq(node)) {
    const item = typeof part === 'number' ? node.items[part] : undefined;
    return isScalar(item) || isMap(item) || isSeq(item) ? { node: item, offset: item.range?.[0] } : undefined;
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find(({ key }) => isScalar(key) && key.value === part);
  return pair && isScalar(pair.key) ? { node: pair.value, offset: pair.key.range?.[0] } : undefined;
}
