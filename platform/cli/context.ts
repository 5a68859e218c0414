import type { Command } from 'commander';
import { operatorToken } from './operator-token.ts';
import type { CommandContext } from './plugin.ts';
import { Transport } from './transport.ts';

export interface Surroundings {
  readonly project: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

export function createContext(command: Command, surroundings: Surroundings): CommandContext {
  const options = command.optsWithGlobals<{ server?: string; json?: boolean }>();
  const { environment, stdout, stderr } = surroundings;
  const server = (
    options.server ??
    environment.VISAVOX_SERVER ??
    `http://127.0.0.1:${environment.PORT ?? 4600}`
  ).replace(/\/+$/, '');
  const transport = new Transport({ server, token: () => operatorToken(surroundings) });
  return {
    server,
    json: options.json ?? false,
    token: () => operatorToken(surroundings),
    log: (text) => void stderr.write(`${text}\n`),
    result: (value, human) => void stdout.write(options.json ? `${JSON.stringify(value)}\n` : `${human}\n`),
    stream: (path) => transport.stream(path),
    request: (method, path, body) => transport.send({ method, path, body, repeatable: false }),
  };
}
