import { randomUUID } from 'node:crypto';
import { UserError } from '@visavox/core/errors';
import type { Command } from 'commander';
import { operatorTokenFile, tokenFor } from './operator-token.ts';
import type { CommandContext, Lines } from './plugin.ts';
import { Transport } from './transport.ts';

export interface Surroundings {
  readonly project: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdout: Output;
  readonly stderr: Output;
}

interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export function createContext(command: Command, surroundings: Surroundings): CommandContext {
  const options = command.optsWithGlobals<{ server?: string; json?: boolean }>();
  const { environment, stdout, stderr } = surroundings;
  const server = (
    options.server ||
    environment.VISAVOX_SERVER ||
    `http://127.0.0.1:${environment.PORT || 4600}`
  ).replace(/\/+$/, '');
  const token = () => tokenFor(server, surroundings);
  const log = (text: string) => void stderr.write(`${text}\n`);
  let isWaiting = false;
  const transport = new Transport({
    server,
    token,
    patienceSeconds: 30,
    onWait: () => {
      if (!isWaiting) log('the server is away; waiting for it …');
      isWaiting = true;
    },
    explain: (refusal) =>
      refusal.code === 'unauthenticated'
        ? withoutToken(refusal, {
            server,
            given: token() !== undefined,
            file: operatorTokenFile(surroundings),
          })
        : refusal,
  });
  return {
    server,
    json: options.json ?? false,
    token,
    log,
    ...{ out: linesOf(stdout), err: linesOf(stderr) },
    result: (value, human) => void stdout.write(options.json ? `${JSON.stringify(value)}\n` : `${human}\n`),
    stream: (path) => transport.stream(path),
    request: (method, path, body) => transport.send({ method, path, body, repeatable: false }),
    submit: (path, body) => {
      const headers = { 'idempotency-key': randomUUID() };
      return transport.send({ method: 'POST', path, body, headers, repeatable: true });
    },
  };
}

function linesOf(output: Output): Lines {
  return {
    write: (line) => void output.write(`${line}\n`),
    // The window may change its size while lines are written.
    get columns() {
      return output.isTTY ? (output.columns ?? 80) : null;
    },
  };
}

/** What the API says to browsers, said to whoever types commands: nobody signs in there. */
function withoutToken(
  cause: UserError,
  { server, given, file }: { server: string; given: boolean; file: string },
): UserError {
  return new UserError({
    kind: cause.kind,
    code: cause.code,
    message: given
      ? `the server at ${server} does not take this operator's token`
      : `the server at ${server} wants an operator's token, and there is none in ${file}`,
    action:
      'Sign in with a token of your own (visavox login, or VISAVOX_TOKEN). At first there is the shared one: run the command in the folder that the server was started in, or use what follows "#token=" in the address that it printed.',
    details: cause.details,
    cause,
  });
}
