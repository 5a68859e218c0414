import { Approval } from '@visavox/core/approval';
import { ReleaseSettings } from '@visavox/core/environment-settings';
import { UserError } from '@visavox/core/errors';
import { Release } from '@visavox/core/release';
import type { Command } from 'commander';
import { z } from 'zod';
import { confirmed } from '../ask-secret.ts';
import type { CommandContext, CommandPlugin } from '../plugin.ts';
import { table } from '../table.ts';
import { settingsSaid } from './release-settings.ts';

const Approvals = z.object({ approvals: z.array(Approval) });
const Checked = Approval.extend({
  checks: z.array(z.object({ check: z.string(), passed: z.boolean(), said: z.string() })),
  metrics: z.record(
    z.string(),
    z.object({ release: z.number().nullable(), champion: z.number().nullable() }),
  ),
  settings: ReleaseSettings.nullable(),
});

/** What a second person has to agree to. */
export function approvalCommands(release: Command, context: Parameters<CommandPlugin>[1]): void {
  release
    .command('approvals')
    .argument('[request]', 'one of them, or a release, with what there is to look at')
    .option('--all', 'also those that were decided')
    .description('what waits for a second person to agree')
    .action(async (id: string | undefined, { all }: { all?: boolean }, command) => {
      const { request, result } = context(command);
      if (id !== undefined) {
        const checked = await lookedAt(request, id);
        return result(checked, shown(checked));
      }
      const answer = Approvals.parse(await request('GET', `/api/v1/approvals${all ? '' : '?open=true'}`));
      result(
        answer,
        answer.approvals.length === 0
          ? 'Nothing waits for an approval.'
          : table(
              [
                'request',
                'model',
                'environment',
                'state',
                'asked by',
                'at',
                'reason',
                'decided by',
                'decision',
              ],
              answer.approvals.map((one) => [
                ...[one.id, `${one.model}:${one.version}`, one.environment, one.state, one.askedBy],
                ...[one.askedAt.slice(0, 16), one.reason, one.decidedBy, one.decision],
              ]),
            ),
      );
    });
  release
    .command('approve')
    .argument('<request>', 'a request, or a release that was asked for')
    .option('--reason <text>', 'why, for those who look at it later')
    .option('--yes', 'without being asked whether the checks that are shown are good enough')
    .description('make a release champion that another user has asked for')
    .action(async (id: string, { reason, yes }: { reason?: string; yes?: boolean }, command) => {
      const { request, result, log } = context(command);
      const checked = await lookedAt(request, id);
      log(shown(checked));
      if (!yes && !(await confirmed('Make it champion?'))) throw notConfirmed(checked);
      const path = `/api/v1/approvals/${encodeURIComponent(checked.id)}/approve`;
      const promoted = Release.parse(await request('POST', path, { reason }));
      result(
        promoted,
        `${promoted.model}:${promoted.version} serves ${promoted.environment} (release ${promoted.id}).`,
      );
    });
  release
    .command('reject')
    .argument('<request>', 'a request, or a release that was asked for')
    .requiredOption('--reason <text>', 'why, for whoever has asked')
    .description('leave what serves as it is; whoever asked withdraws it so')
    .action(async (id: string, { reason }: { reason: string }, command) => {
      const { request, result } = context(command);
      const { id: found } = await lookedAt(request, id);
      const path = `/api/v1/approvals/${encodeURIComponent(found)}/reject`;
      const rejected = Approval.parse(await request('POST', path, { reason }));
      result(rejected, `${rejected.model}:${rejected.version} was not released to ${rejected.environment}.`);
    });
}

export function askedFor({ id, model, version, environment, askedBy }: Approval): string {
  return [
    `${environment} wants a second person: ${askedBy} has asked for ${model}:${version} to serve there.`,
    `Another operator looks at it and decides: visavox releases approve ${id}`,
  ].join('\n');
}

/** By its own id, the beginning of it, or that of its release. */
async function lookedAt(request: CommandContext['request'], text: string): Promise<z.infer<typeof Checked>> {
  const { approvals } = Approvals.parse(await request('GET', '/api/v1/approvals?limit=1000'));
  const found = approvals.filter(({ id, release }) => id.startsWith(text) || release === text);
  const open = found.filter(({ state }) => state === 'open' || state === 'approving');
  const [one, another] = open.length > 0 ? open : found;
  // Where several begin so, none of them is meant.
  const id = one && !another ? one.id : text;
  return Checked.parse(await request('GET', `/api/v1/approvals/${encodeURIComponent(id)}`));
}

function shown({ checks, metrics, settings, ...asked }: z.infer<typeof Checked>): string {
  const measured = Object.entries(metrics);
  const said = settings ? settingsSaid(settings) : '';
  return [
    `${asked.model}:${asked.version} in ${asked.environment}, asked for by ${asked.askedBy}: ${asked.reason ?? 'no reason given'}`,
    '',
    table(
      ['check', 'passed', ''],
      checks.map(({ check, passed, said }) => [check.replaceAll('_', ' '), passed ? 'yes' : 'NO', said]),
    ),
    ...(measured.length > 0
      ? [
          '',
          table(
            ['metric', 'this version', 'the one that serves'],
            measured.map(([name, { release, champion }]) => [name, release, champion]),
          ),
        ]
      : []),
    ...(said === '' ? [] : ['', said]),
  ].join('\n');
}

function notConfirmed({ id }: Approval): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'misuse',
    message: 'nothing was approved: nobody said yes',
    action: `Look at the checks, and say so at a terminal or with --yes: visavox releases approve ${id} --yes`,
  });
}
