import { faultKindOfStatus, UserError } from '@visavox/core/errors';
import type { Command } from 'commander';
import { z } from 'zod';
import { operatorToken } from './operator-token.ts';
import type { CommandContext } from './plugin.ts';

export interface Surroundings {
  readonly project: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

const Problem = z.object({
  status: z.number(),
  code: z.string(),
  detail: z.string().optional(),
  title: z.string().optional(),
  action: z.string().optional(),
  requestId: z.string().optional(),
});

export function createContext(command: Command, surroundings: Surroundings): CommandContext {
  const options = command.optsWithGlobals<{ server?: string; json?: boolean }>();
  const { environment, stdout, stderr } = surroundings;
  const server = (
    options.server ??
    environment.VISAVOX_SERVER ??
    `http://127.0.0.1:${environment.PORT ?? 4600}`
  ).replace(/\/+$/, '');
  return {
    server,
    json: options.json ?? false,
    token: () => operatorToken(surroundings),
    log: (text) => void stderr.write(`${text}\n`),
    result: (value, human) => void stdout.write(options.json ? `${JSON.stringify(value)}\n` : `${human}\n`),
    request: (method, path, body) =>
      request({ server, token: operatorToken(surroundings), method, path, body }),
  };
}

async function request(call: {
  server: string;
  token: string | undefined;
  method: string;
  path: string;
  body: unknown;
}): Promise<unknown> {
  const headers: Record<string, string> = call.token ? { authorization: `Bearer ${call.token}` } : {};
  const form = call.body instanceof FormData;
  if (call.body !== undefined && !form) headers['content-type'] = 'application/json';
  let response: Response;
  try {
    response = await fetch(`${call.server}${call.path}`, {
      method: call.method,
      headers,
      ...(call.body === undefined
        ? {}
        : { body: call.body instanceof FormData ? call.body : JSON.stringify(call.body) }),
    });
  } catch (cause) {
    throw new UserError({
      kind: 'unavailable',
      code: 'server_unreachable',
      message: `no server answers at ${call.server}`,
      action: 'Start it with "npm start", or name another one with --server URL.',
      cause,
    });
  }
  const json = /\bjson\b/.test(response.headers.get('content-type') ?? '');
  const answer: unknown = json ? await response.json() : await response.text();
  if (response.ok) return answer;
  const problem = Problem.safeParse(answer);
  throw new UserError({
    kind: faultKindOfStatus[response.status] ?? (response.status >= 500 ? 'unavailable' : 'invalid'),
    code: problem.data?.code ?? `http_${response.status}`,
    message:
      problem.data?.detail ??
      problem.data?.title ??
      `the server answered ${response.status} to ${call.method} ${call.path}`,
    action: problem.data?.action ?? 'The server log says more.',
    details: problem.data?.requestId ? { requestId: problem.data.requestId } : {},
  });
}
