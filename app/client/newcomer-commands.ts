import type { Command } from 'commander';
import type { CommandContext } from 'visavox/plugin';
import { table } from 'visavox/table';
import type { VisavoxClient } from './client.ts';

interface Connecting {
  readonly context: (command: Command) => CommandContext;
  readonly connect: (context: CommandContext) => Promise<VisavoxClient>;
}

/** `visavox people invite | invitations | revoke | review` */
export function addNewcomerCommands(people: Command, { context, connect }: Connecting): void {
  people
    .command('invite')
    .argument('<name>')
    .option('--expires <days>', 'for how many days the invitation is good, 1 to 90', '7')
    .description('a link with which this person can enrol, once')
    .action(async (name: string, { expires }: { expires: string }, command) => {
      const own = context(command);
      const invitation = await (await connect(own)).invite({ name, days: Number(expires) });
      const until = invitation.expiresAt.slice(0, 10);
      own.result(
        invitation,
        `${invitation.link}\nGive this link to ${invitation.name} and to nobody else; it is good until ${until}, once.`,
      );
    });
  people
    .command('invitations')
    .description('who was invited, and what became of it')
    .action(async (_options, command) => {
      const own = context(command);
      const invitations = await (await connect(own)).invitations();
      const rows = invitations.map((one) => [one.name, one.state, one.expiresAt, one.person ?? '', one.id]);
      own.result({ invitations }, table(['name', 'state', 'good until', 'person', 'id'], rows));
    });
  people
    .command('revoke')
    .argument('<id>', 'of an invitation')
    .description('make an invitation that nobody used good for nobody')
    .action(async (id: string, _options, command) => {
      const own = context(command);
      await (await connect(own)).revokeInvitation(id);
      own.result({ id, revoked: true }, 'The invitation is revoked.');
    });
  people
    .command('review')
    .argument('<id>', 'of a person who is pending')
    .option('--approve', 'a person of their own')
    .option('--name <name>', 'with --approve: under this name')
    .option('--merge <id>', 'the same person as this one, whose name and template stay')
    .option('--reject', 'nobody: erase the enrolment')
    .description(
      'decide about somebody who was found among those enrolled; "people list" shows who is pending',
    )
    .action(async (id: string, options: ReviewOptions, command) => {
      const own = context(command);
      const { person } = await (await connect(own)).review(id, decisionOf(options, command));
      own.result(
        { person },
        person ? `${person.name} is enrolled (${person.id}).` : 'The enrolment is erased.',
      );
    });
}

interface ReviewOptions {
  readonly approve?: boolean;
  readonly name?: string;
  readonly merge?: string;
  readonly reject?: boolean;
}

function decisionOf({ approve, name, merge, reject }: ReviewOptions, command: Command) {
  const given = [approve, merge, reject].filter((one) => one !== undefined);
  if (given.length !== 1)
    command.error('error: give one of --approve, --merge and --reject', { exitCode: 2 });
  if (approve) return { decision: 'approve' as const, ...(name === undefined ? {} : { name }) };
  if (merge !== undefined) return { decision: 'merge' as const, into: merge };
  return { decision: 'reject' as const };
}
