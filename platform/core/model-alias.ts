import { UserError } from './errors.ts';

/** An alias was given to a version or, where that is null, taken away. */
export interface AliasChange {
  readonly model: string;
  readonly alias: string;
  readonly version: number | null;
  readonly by: string;
  readonly reason: string;
  readonly at: string;
}

/** What aliases mean now. `history`: the newest change first, of any number of models. */
export function presentAliases(
  history: readonly AliasChange[],
): readonly (AliasChange & { version: number })[] {
  const seen = new Set<string>();
  return history.flatMap((change) => {
    const { model, alias, version } = change;
    const key = JSON.stringify([model, alias]);
    if (seen.has(key)) return [];
    seen.add(key);
    return version === null ? [] : [{ ...change, version }];
  });
}

/** Throws a UserError where an alias is not people's to give. */
export function requireOwnAlias(alias: string): void {
  if (alias === 'champion' || alias === 'challenger')
    throw new UserError({
      kind: 'conflict',
      code: 'alias_of_release',
      message: `the alias ${alias} follows the releases, and is not given by hand`,
      action: 'Release the version: visavox release propose NAME:VERSION, then visavox release promote.',
    });
  if (alias === 'latest')
    throw new UserError({
      kind: 'invalid',
      code: 'alias_reserved',
      message: 'the alias latest is reserved: MLflow means the newest version by it',
      action: 'Choose another one.',
    });
}
