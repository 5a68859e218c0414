import { UserError } from './errors.ts';
import type { LineageSource } from './lineage.ts';

/** A kind of node in a trace, and where it stands along the flow of data. */
export interface LineageKind {
  /** Lower-case letters, digits and hyphens: it stands before the colon of a reference, and in addresses. */
  readonly name: string;
  /** Another kind that data reaches right after this one, or right before it. At the end where neither is given. */
  readonly before?: string;
  readonly after?: string;
  /** Other words that people use for it. */
  readonly aliases?: readonly string[];
}

/** All kinds in the order of the flow of data, and whoever knows facts about them. */
export interface LineageLine {
  readonly kinds: readonly LineageKind[];
  readonly sources: readonly LineageSource[];
}

/** What every project has. A sample is an item of a dataset, whatever it holds. */
export const platformKinds: readonly LineageKind[] = [
  { name: 'sample', aliases: ['recording'] },
  { name: 'dataset' },
  { name: 'run' },
  { name: 'model' },
  { name: 'release', aliases: ['deployment'] },
];

const wellFormed = /^[a-z][a-z0-9-]{0,39}$/;

/** The kinds of a project among the platform's own. Throws `lineage_kind_invalid` where they do not fit together. */
export function orderKinds(added: readonly LineageKind[]): readonly LineageKind[] {
  const ordered = [...platformKinds];
  for (const kind of added) {
    if (!wellFormed.test(kind.name)) throw invalid(`"${kind.name}" is not a name for a kind of lineage`);
    for (const word of [kind.name, ...(kind.aliases ?? [])])
      if (ordered.some(({ name, aliases = [] }) => name === word || aliases.includes(word)))
        throw invalid(`the kind of lineage "${word}" is declared twice`);
    if (kind.before !== undefined && kind.after !== undefined)
      throw invalid(`the kind of lineage "${kind.name}" stands before one kind and after another`);
    const beside = kind.before ?? kind.after;
    const at = beside === undefined ? ordered.length : ordered.findIndex(({ name }) => name === beside);
    if (at < 0)
      throw invalid(`the kind of lineage "${kind.name}" stands beside "${beside}", which is not there`);
    ordered.splice(kind.after === undefined ? at : at + 1, 0, kind);
  }
  return ordered;
}

/** The kind that a word of a person means. */
export function kindNamed(word: string, kinds: readonly LineageKind[]): string | undefined {
  return kinds.find(({ name, aliases = [] }) => name === word || aliases.includes(word))?.name;
}

function invalid(message: string): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'lineage_kind_invalid',
    message,
    action: `Correct "lineage" in visavox.config.ts: each kind once, beside one of those that are there (${platformKinds.map(({ name }) => name).join(', ')}, and those listed before it).`,
  });
}
