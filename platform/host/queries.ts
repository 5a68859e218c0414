import { delimiter, join } from 'node:path';
import { type DatabaseQuery, queryDatabase, withoutSecrets } from '@visavox/adapters/adbc/query-database';
import { Environments } from '@visavox/pipelines/environments/environments';
import { toolSettings } from '@visavox/pipelines/environments/tool';

export { withoutSecrets };

/** Asks a database from this machine, whoever's server the answer is for: the credentials stay here. */
export function askDatabase(
  query: DatabaseQuery,
  { setup, log }: { readonly setup: string; readonly log: (text: string) => void },
): Promise<{ readonly rows: number; readonly columns: readonly string[] }> {
  const { PATH = '', HOME = '' } = process.env;
  const environment = {
    ...{ HOME, PATH: [join(setup, 'python', 'bin'), PATH].join(delimiter) },
    ...toolSettings(),
  };
  const environments = new Environments({ folder: join(setup, 'environments'), environment });
  return queryDatabase(query, { environments, environment, log });
}
