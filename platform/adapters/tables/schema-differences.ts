import type { SchemaDifference } from '@visavox/core/dataset-profile';

export interface ItemSchema {
  readonly item: string;
  /** A type of null is a column without any value in this file: of whatever type the others have. */
  readonly columns: readonly { readonly name: string; readonly type: string | null }[];
}

const itemsAtMost = 20;

/** Columns that some of the files lack, or have as another type than most. Names mean the same in capitals. */
export function schemaDifferences(schemas: readonly ItemSchema[]): SchemaDifference[] {
  const byName = schemas.map(({ item, columns }) => ({
    item,
    types: new Map(columns.map(({ name, type }) => [name.toLowerCase(), type])),
  }));
  const names = new Map(
    schemas.flatMap(({ columns }) => columns.map(({ name }) => [name.toLowerCase(), name])),
  );
  return [...names].flatMap(([key, column]) => {
    const states = byName.flatMap(({ item, types }) => {
      const type = types.get(key);
      if (type === null) return [];
      return [{ item, type: type ?? null }];
    });
    const usual = mostFrequent(states.map(({ type }) => type));
    const others = states.filter(({ type }) => type !== usual);
    return others.length === 0
      ? []
      : [{ column, usual, count: others.length, items: others.slice(0, itemsAtMost) }];
  });
}

/** Of two that are as frequent, a type rather than none, and the one that comes first. */
function mostFrequent(types: readonly (string | null)[]): string | null {
  const counts = new Map<string | null, number>();
  for (const type of types) counts.set(type, (counts.get(type) ?? 0) + 1);
  const ranked = [...counts].sort(
    ([a, many], [b, more]) => more - many || Number(a === null) - Number(b === null),
  );
  return ranked[0]?.[0] ?? null;
}
