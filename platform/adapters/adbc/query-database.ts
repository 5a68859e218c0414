import { join } from 'node:path';
import { UserError } from '@visavox/core/errors';
import type { Environments } from '@visavox/pipelines/environments/environments';
import { runTool } from '@visavox/pipelines/environments/tool';
import { z } from 'zod';

const requirements = [
  ...['adbc-driver-manager==1.13.0', 'adbc-driver-postgresql==1.13.0', 'adbc-driver-sqlite==1.13.0'],
  ...['duckdb==1.5.6', 'pyarrow==26.0.1'],
] as const;
const program = join(import.meta.dirname, 'query.py');

const Answer = z.union([
  z.object({ rows: z.number(), columns: z.array(z.string()) }),
  z.object({ refused: z.string() }),
]);

export interface DatabaseQuery {
  /** `postgresql://…`, a file of SQLite or DuckDB, or `*.parquet`, `*.csv`, `*.jsonl`, which are the table `data`. */
  readonly from: string;
  readonly query: string;
  /** The file that is written, as Parquet. */
  readonly to: string;
}

export interface QueryOptions {
  readonly environments: Environments;
  /** What its process is given. */
  readonly environment: Readonly<Record<string, string>>;
  readonly log: (text: string) => void;
}

/**
 * Writes what a query gives as Parquet, in a Python environment of its own, which is made when the first query is asked. Throws a
 * UserError `query_failed` without what is secret in the address.
 */
export async function queryDatabase(
  query: DatabaseQuery,
  { environments, environment, log }: QueryOptions,
): Promise<{ readonly rows: number; readonly columns: readonly string[] }> {
  const note = async (text: string) => log(text.trim());
  const installs = [{ requirements, withDependencies: true, indexUrls: [], trustedHosts: [], findLinks: [] }];
  const options = { project: import.meta.dirname, anew: false, kept: undefined, log: note };
  const resolved = await environments.resolve({ installs }, options);
  if (resolved.language !== 'python') throw new TypeError('an environment of Python was asked for');
  const { executable } = await environments.providePython(resolved, note);
  const { succeeded, output, errors } = await runTool(
    [executable, program],
    { environment: { ...environment, PYTHONDONTWRITEBYTECODE: '1' }, log: async () => {} },
    // Not on the command line, which others of this machine see.
    { input: JSON.stringify(query) },
  );
  const answer = succeeded
    ? Answer.parse(JSON.parse(output))
    : { refused: withoutAddress(errors.trim().split('\n').at(-1) ?? '', query.from) };
  if (!('refused' in answer)) return answer;
  throw new UserError({
    kind: 'invalid',
    code: 'query_failed',
    message: `the query of ${withoutSecrets(query.from)} gives nothing: ${answer.refused}`,
    action: 'Correct the query (--query) or where it is asked (--from). Nothing was imported.',
  });
}

function withoutAddress(text: string, address: string): string {
  return text.replaceAll(address, 'the database');
}

/** Where data is from, for people: without who asked, their password, and other settings. */
export function withoutSecrets(from: string): string {
  if (!/^[a-z]+:\/\//.test(from)) return from;
  if (!URL.canParse(from)) return from.slice(0, from.indexOf('://'));
  const { protocol, host, pathname } = new URL(from);
  return `${protocol}//${host}${pathname}`;
}
