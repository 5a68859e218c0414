import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** VISAVOX_TOKEN, or the token that the server on this machine keeps beside its data. */
export function operatorToken(surroundings: {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly project: string;
}): string | undefined {
  const { environment, project } = surroundings;
  if (environment.VISAVOX_TOKEN) return environment.VISAVOX_TOKEN;
  const home = environment.VISAVOX_HOME ?? join(project, '.visavox', 'home');
  const secrets = environment.VISAVOX_SECRETS ?? join(home, 'secrets');
  try {
    return readFileSync(join(secrets, 'operator.token'), 'utf8').trim();
  } catch {
    // Another machine's server, or none yet: it says itself when a token is needed.
    return undefined;
  }
}
