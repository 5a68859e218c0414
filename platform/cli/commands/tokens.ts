import type { CommandPlugin } from '../plugin.ts';
import { queryOf } from '../references.ts';
import { table } from '../table.ts';
import { wholeDays } from './login.ts';

interface NewToken {
  readonly name: string;
  readonly user?: string;
  readonly days?: string;
}

/** Tokens of users, for their programs and for `visavox login`. */
export const tokenCommands: CommandPlugin = (program, context) => {
  const tokens = program.command('tokens').description('tokens of users, for programs and for visavox login');
  tokens
    .command('create')
    .requiredOption('--name <text>', 'what it is for, such as "CI of digits"')
    .option('--user <user>', 'whose; your own unless given, others’ by operators alone')
    .option('--days <number>', 'how long it is good for, 366 at most; 90 unless given')
    .description('make a token; it is shown this once')
    .action(async ({ name, user, days }: NewToken, command) => {
      const { request, result, log } = context(command);
      const { CreatedToken } = await import('@visavox/api/user-schemas');
      const wish = { name, user, ...(days !== undefined && { days: wholeDays(days) }) };
      const made = CreatedToken.parse(await request('POST', '/api/v1/tokens', wish));
      log(
        `Of ${made.user}, until ${made.expiresAt.slice(0, 16)}Z. Keep it now, it is not shown again: visavox login, or VISAVOX_TOKEN in CI.`,
      );
      result(made, made.token);
    });
  tokens
    .command('list')
    .option('--user <user>', 'whose; operators and auditors see those of everybody')
    .description('tokens without their secrets, with when each was used last')
    .action(async ({ user }: { user?: string }, command) => {
      const { request, result } = context(command);
      const { Tokens } = await import('@visavox/api/user-schemas');
      const answer = Tokens.parse(await request('GET', `/api/v1/tokens${queryOf({ user })}`));
      result(
        answer,
        table(
          ['token', 'user', 'name', 'state', 'last used', 'expires', 'made by'],
          answer.tokens.map((one) => [
            ...[one.id, one.user, one.name, one.state],
            ...[one.lastUsedAt?.slice(0, 16) ?? 'never', one.expiresAt.slice(0, 10), one.createdBy],
          ]),
        ),
      );
    });
  tokens
    .command('revoke')
    .argument('<id>', 'as visavox tokens list shows it')
    .description('make a token good for nothing, and end the sessions that it was exchanged for')
    .action(async (id: string, _options, command) => {
      const { request, result } = context(command);
      await request('DELETE', `/api/v1/tokens/${encodeURIComponent(id)}`);
      result({ revoked: id }, `Token ${id} was revoked.`);
    });
};
