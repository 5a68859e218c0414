import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProject } from 'visavox/config';

/** VISAVOX_TOKEN, or the token that the server on this machine keeps beside its data. */
export function operatorToken(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  if (environment.VISAVOX_TOKEN) return environment.VISAVOX_TOKEN;
  const home = environment.VISAVOX_HOME ?? join(findProject(process.cwd()), '.visavox', 'home');
  try {
    return readFileSync(join(home, 'secrets', 'operator.token'), 'utf8').trim();
  } catch {
    // Another machine's server, or none yet: it says itself when a token is needed.
    return undefined;
  }
}
