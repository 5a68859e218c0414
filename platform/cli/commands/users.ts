import { UserError } from '@visavox/core/errors';
import { askSecret } from '../ask-secret.ts';
import type { CommandPlugin } from '../plugin.ts';
import { table } from '../table.ts';
import { sharedTokenNotice } from './login.ts';

const rolesInWords = 'viewer, data-scientist, operator or auditor';

const subjectInWords =
  'who they are for the organisation’s OpenID provider, as the audit log has it of a sign-in that was refused';

interface NewUserOptions {
  readonly role: string;
  readonly password?: boolean;
  readonly subject?: string;
}

interface UserOptions {
  readonly role?: string;
  readonly password?: boolean;
  /** False: none. */
  readonly subject?: string | false;
}

/** Users of the platform and what they may do. */
export const userCommands: CommandPlugin = (program, context) => {
  const users = program.command('users').description('who may use the platform, and as what');
  users
    .command('list')
    .description('all users')
    .action(async (_options, command) => {
      const { request, result, log } = context(command);
      const { Me, Users } = await import('@visavox/api/user-schemas');
      const answer = Users.parse(await request('GET', '/api/v1/users'));
      if (Me.parse(await request('GET', '/api/v1/me')).sharedTokenOn) log(sharedTokenNotice);
      result(
        answer,
        answer.users.length === 0
          ? 'There are no users yet. Add yourself: visavox users add NAME --role operator'
          : table(
              ['user', 'role', 'password', 'organisation', 'last seen', 'added by'],
              answer.users.map((user) => [
                ...[user.name, user.role, user.password ? 'yes' : 'no', user.subject === null ? 'no' : 'yes'],
                ...[user.lastSeenAt?.slice(0, 16) ?? 'never', user.createdBy],
              ]),
            ),
      );
    });
  users
    .command('add')
    .argument('<name>', 'small letters, digits, and ".", "_", "@", "+" or "-"')
    .requiredOption('--role <role>', rolesInWords)
    .option('--password', 'ask for a password to sign in to the console with; it may be piped in')
    .option('--subject <subject>', subjectInWords)
    .description('add a user, who signs in with a token or a password, or by the organisation')
    .action(async (name: string, options: NewUserOptions, command) => {
      const { request, result } = context(command);
      const { UserRecord } = await import('@visavox/api/user-schemas');
      const password = options.password ? await askSecret('Password') : undefined;
      const sent = { name, role: options.role, password, subject: options.subject };
      const user = UserRecord.parse(await request('POST', '/api/v1/users', sent));
      result(
        user,
        `${user.name} is ${user.role}.\n\nMake a token for them: visavox tokens create --user ${user.name} --name NAME`,
      );
    });
  users
    .command('edit')
    .argument('<name>', 'a user')
    .option('--role <role>', rolesInWords)
    .option('--password', 'ask for a new password; it may be piped in')
    .option('--subject <subject>', subjectInWords)
    .option('--no-subject', 'they do not sign in by the organisation any more')
    .description('give a user another role or a new password, or say who they are for the organisation')
    .action(async (name: string, options: UserOptions, command) => {
      const { request, result } = context(command);
      const { UserRecord } = await import('@visavox/api/user-schemas');
      const { role, subject: given } = options;
      const subject = given === false ? null : given;
      if (role === undefined && !options.password && subject === undefined) throw nothingToChange(name);
      const password = options.password ? await askSecret('Password') : undefined;
      const path = `/api/v1/users/${encodeURIComponent(name)}`;
      const user = UserRecord.parse(await request('PATCH', path, { role, password, subject }));
      result(user, `${user.name} is ${user.role}.`);
    });
  users
    .command('remove')
    .argument('<name>', 'a user')
    .description('remove a user with all tokens and sessions; the name is not given again')
    .action(async (name: string, _options, command) => {
      const { request, result } = context(command);
      await request('DELETE', `/api/v1/users/${encodeURIComponent(name)}`);
      result({ removed: name }, `${name} was removed; what they did stays in the audit log.`);
    });
  users
    .command('password')
    .description(
      'set a password of your own, typed or piped in: the one until now, where there is one, then the new one',
    )
    .option('--first', 'you have none yet')
    .action(async ({ first }: { first?: boolean }, command) => {
      const { request, result } = context(command);
      const current = first ? undefined : await askSecret('Password until now');
      const password = await askSecret('New password');
      await request('PUT', '/api/v1/me/password', { current, password });
      result({ changed: true }, 'Your password was changed.');
    });
  users
    .command('shared-token')
    .argument('[state]', 'on or off; says which it is where it is left out')
    .description('the operators’ shared token, which is there for the first minute')
    .action(async (state: string | undefined, _options, command) => {
      const { request, result } = context(command);
      const { Me, SharedTokenSwitch } = await import('@visavox/api/user-schemas');
      if (state !== undefined && state !== 'on' && state !== 'off') throw onOrOff(state);
      const { on } =
        state === undefined
          ? { on: Me.parse(await request('GET', '/api/v1/me')).sharedTokenOn }
          : SharedTokenSwitch.parse(await request('PUT', '/api/v1/operator/token', { on: state === 'on' }));
      result(
        { on },
        on ? sharedTokenNotice : 'The operators’ shared token is off: users sign in as themselves.',
      );
    });
};

function nothingToChange(name: string): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'misuse',
    message: 'expected what is to change',
    action: `Give another role or a new password: visavox users edit ${name} --role auditor`,
  });
}

function onOrOff(state: string): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'misuse',
    message: `expected on or off, received "${state}"`,
    action: 'visavox users shared-token off',
  });
}
