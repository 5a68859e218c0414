import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '@visavox/core/errors';
import { findProject, setUpFolder } from '../config.ts';

export interface Queried {
  /** With the one file. */
  readonly folder: string;
  /** Kept with the file; the address without its secrets. */
  readonly provenance: Readonly<Record<string, string>>;
}

/** What a query gives, as a folder to be imported; it is there while `work` runs. */
export async function withQuery<T>(
  { name, query, from }: { readonly name: string; readonly query: string; readonly from: string },
  log: (text: string) => void,
  work: (queried: Queried) => Promise<T>,
): Promise<T> {
  const { askDatabase, withoutSecrets } = await import('@visavox/host/queries');
  const folder = await mkdtemp(join(tmpdir(), 'visavox-query-'));
  try {
    const setup = process.env.VISAVOX_SETUP ?? setUpFolder(findProject(process.cwd()) ?? process.cwd());
    const to = join(folder, `${name}.parquet`);
    const { rows, columns } = await askDatabase({ from, query, to }, { setup, log });
    log(`${rows} rows of ${columns.length} columns`);
    return await work({ folder, provenance: { source: withoutSecrets(from), query } });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What is imported is a folder, or what a query gives. */
export function requireOneSource(
  folder: string | undefined,
  { query, from }: { query?: string; from?: string },
): void {
  const fault =
    folder !== undefined && (query !== undefined || from !== undefined)
      ? 'a folder and a query cannot be imported as one version'
      : folder === undefined && (query === undefined || from === undefined)
        ? 'there is nothing to import'
        : undefined;
  if (fault)
    throw new UserError({
      kind: 'invalid',
      code: 'misuse',
      message: fault,
      action:
        'Name a folder, or both --query "SELECT …" and --from postgresql://… (or a file of SQLite or DuckDB, or "*.parquet").',
    });
}
