import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';

type Environment = Readonly<Record<string, string | undefined>>;

const Credentials = z.record(z.string(), z.object({ token: z.string(), user: z.string() }));
type Credentials = z.infer<typeof Credentials>;

/** Where `visavox login` keeps what it was given, by the address of the server. */
export function credentialsFile({ XDG_CONFIG_HOME }: Environment): string {
  return join(XDG_CONFIG_HOME || join(homedir(), '.config'), 'visavox', 'credentials.json');
}

export function credentialsFor(server: string, environment: Environment): Credentials[string] | undefined {
  return read(environment)[server];
}

/** Null forgets them. For nobody else on the machine to read. */
export function keepCredentials(
  server: string,
  credentials: Credentials[string] | null,
  environment: Environment,
): void {
  const { [server]: _, ...others } = read(environment);
  const file = credentialsFile(environment);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const text = JSON.stringify(credentials ? { ...others, [server]: credentials } : others, null, 2);
  writeFileSync(`${file}.new`, `${text}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

function read(environment: Environment): Credentials {
  try {
    return Credentials.parse(JSON.parse(readFileSync(credentialsFile(environment), 'utf8')));
  } catch {
    // None yet, or somebody wrote something else there: whoever signs in again replaces it.
    return {};
  }
}
