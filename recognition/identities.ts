import type { DatasetItem } from '@visavox/core/dataset';
import { personOf } from './steps/recorded-item.ts';

type Labelled = Pick<DatasetItem, 'labels' | 'digest'>;

/**
 * Who is who: people who were found to be one (the label `identity`), or who gave the same recording, are one identity, named
 * after the label or the first of them. Whatever holds people apart holds identities apart.
 */
export function identitiesOf(items: readonly Labelled[]): ReadonlyMap<string, string> {
  const parents = new Map<string, string>();
  const root = (name: string): string => {
    const parent = parents.get(name) ?? name;
    if (parent === name) return name;
    const found = root(parent);
    parents.set(name, found);
    return found;
  };
  const join = (a: string, b: string) => {
    const [one, other] = [root(a), root(b)];
    if (one !== other) parents.set(one < other ? other : one, one < other ? one : other);
  };
  const givers = new Map<string, string>();
  const labels = new Map<string, string>();
  for (const item of items) {
    const person = personOf(item);
    const giver = givers.get(item.digest);
    if (giver === undefined) givers.set(item.digest, person);
    else join(giver, person);
    const { identity } = item.labels;
    if (identity !== undefined) {
      labels.set(person, identity);
      join(identity, person);
    }
  }
  // The label's name wins over a person's, so that a group keeps its name when somebody joins it.
  const names = new Map<string, string>();
  for (const label of [...labels.values()].sort()) if (!names.has(root(label))) names.set(root(label), label);
  return new Map(
    [...new Set(items.map(personOf))].map((person) => [person, names.get(root(person)) ?? root(person)]),
  );
}
