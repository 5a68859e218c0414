import { hostname } from 'node:os';
import type { Me } from '@visavox/api/user-schemas';
import { UserError } from '@visavox/core/errors';
import type { z } from 'zod';
import { askSecret } from '../ask-secret.ts';
import { credentialsFile, credentialsFor, keepCredentials } from '../credentials.ts';
import type { CommandContext, CommandPlugin } from '../plugin.ts';
import { Transport } from '../transport.ts';

/** Who one is for a server, from this machine. */
export const loginCommands: CommandPlugin = (program, context) => {
  program
    .command('login')
    .option('--name <user>', 'sign in with a password, and have a token made for this machine')
    .option('--days <number>', 'how long that token is good for; 90 unless given')
    .description('sign in with a token, typed or piped in, which is kept for this server')
    .action(async (options: { name?: string; days?: string }, command) => {
      const { server, result } = context(command);
      const { name, days } = options;
      const token =
        name === undefined
          ? await askSecret('Token')
          : await tokenByPassword(server, { name, days, password: await askSecret('Password') });
      const me = await whois(new Transport({ server, token }));
      keepCredentials(server, { token, user: me.name }, process.env);
      const { token: fromEnvironment } = { token: process.env.VISAVOX_TOKEN };
      result(
        { server, ...me },
        [
          `${server} knows you as ${me.name}, ${me.role}. The token is kept in ${credentialsFile(process.env)}.`,
          ...(fromEnvironment ? ['VISAVOX_TOKEN is set, and is used in its place.'] : []),
        ].join('\n'),
      );
    });
  program
    .command('logout')
    .description('forget the token that was kept for this server; it stays good until it is revoked')
    .action((_options, command) => {
      const { server, result } = context(command);
      const known = credentialsFor(server, process.env);
      keepCredentials(server, null, process.env);
      result(
        { server, user: known?.user ?? null },
        known ? `${known.user} is signed out of ${server} here.` : `Nobody was signed in to ${server}.`,
      );
    });
  program
    .command('whoami')
    .description('who you are for this server, and what you may do')
    .action(async (_options, command) => {
      const { request, server, result, log } = context(command);
      const me = await whois({ send: ({ method, path }) => request(method, path) });
      if (me.sharedTokenOn) log(sharedTokenNotice);
      const until = me.tokenExpiresAt === null ? '' : `, until ${me.tokenExpiresAt.slice(0, 16)}Z`;
      result({ server, ...me }, `${me.name}, ${me.role}${until}`);
    });
};

export const sharedTokenNotice =
  'The operators’ shared token is still on: whoever has it may do everything, and nobody knows who it was. Turn it off once there are users: visavox users shared-token off';

async function whois(transport: Pick<Transport, 'send'>): Promise<z.infer<typeof Me>> {
  const { Me } = await import('@visavox/api/user-schemas');
  return Me.parse(await transport.send({ method: 'GET', path: '/api/v1/me', repeatable: true }));
}

/** By a session that lasts as long as it takes to make the token. */
async function tokenByPassword(
  server: CommandContext['server'],
  { name, password, days }: { name: string; password: string; days: string | undefined },
): Promise<string> {
  const { CreatedToken } = await import('@visavox/api/user-schemas');
  const transport = new Transport({ server });
  const cookies = new Map<string, string>();
  const send = (method: string, path: string, body?: unknown) =>
    transport.send({ method, path, body, cookies, repeatable: false });
  await send('POST', '/api/v1/operator/session', { name, password });
  const wish = {
    name: `visavox login on ${hostname()}`,
    ...(days !== undefined && { days: wholeDays(days) }),
  };
  const { token } = CreatedToken.parse(await send('POST', '/api/v1/tokens', wish));
  await send('DELETE', '/api/v1/operator/session');
  return token;
}

export function wholeDays(text: string): number {
  if (/^[1-9][0-9]{0,3}$/.test(text)) return Number(text);
  throw new UserError({
    kind: 'invalid',
    code: 'misuse',
    message: `expected a number of days, received "${text}"`,
    action: 'Give a whole number: --days 30',
  });
}
