import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { credentialsFor } from './credentials.ts';

interface Place {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly project: string;
}

/** Where the server of this folder keeps the operators' shared token. */
export function operatorTokenFile({ environment, project }: Place): string {
  const home = environment.VISAVOX_HOME ?? join(project, '.visavox', 'home');
  return join(environment.VISAVOX_SECRETS ?? join(home, 'secrets'), 'operator.token');
}

/** VISAVOX_TOKEN, what `visavox login` was given, or the shared token that the server on this machine keeps beside its data. */
export function tokenFor(server: string, place: Place): string | undefined {
  if (place.environment.VISAVOX_TOKEN) return place.environment.VISAVOX_TOKEN;
  const own = credentialsFor(server, place.environment)?.token;
  if (own !== undefined) return own;
  try {
    return readFileSync(operatorTokenFile(place), 'utf8').trim();
  } catch {
    // Another machine's server, or none yet: it says itself when a token is needed.
    return undefined;
  }
}
