import { Approval } from '@visavox/core/approval';
import { UserError } from '@visavox/core/errors';
import { parseModelReference } from '@visavox/core/model';
import { Release, ReleaseEvent } from '@visavox/core/release';
import { z } from 'zod';
import type { CommandContext, CommandPlugin } from '../plugin.ts';
import { inEnvironment, queryOf, versionOf } from '../references.ts';
import { table } from '../table.ts';
import { approvalCommands, askedFor } from './approvals.ts';
import { settingsOf, settingsSaid } from './release-settings.ts';

/** Where a second person has to agree, it is asked for. */
const Promoted = z.union([Approval, Release]);
const Releases = z.object({ releases: z.array(Release) });
const ReleaseHistory = z.object({ events: z.array(ReleaseEvent) });
const Environments = z.object({
  environments: z.array(z.object({ name: z.string(), model: z.string() })),
});

/** What is asked of whoever changes what serves. */
const why = 'why, for those who look at it later';

interface RollbackOptions {
  readonly environment?: string;
  readonly reason?: string;
}

export const releaseCommands: CommandPlugin = (program, context) => {
  const release = program
    .command('release')
    .alias('releases')
    .description('which model version serves, and why');
  approvalCommands(release, context);
  const rows = (releases: readonly Release[]) =>
    table(
      ['release', 'environment', 'model', 'stage', 'since', 'reason'],
      releases.map((one) => [
        one.id,
        one.environment,
        `${one.model}:${one.version}`,
        one.stage,
        (one.promotedAt ?? one.createdAt).slice(0, 19),
        one.reason,
      ]),
    );
  release
    .command('status')
    .description('all releases, newest first, with the reasons of the gate')
    .action(async (_options, command) => {
      const { request, result } = context(command);
      const answer = Releases.parse(await request('GET', '/api/v1/releases'));
      result(answer, rows(answer.releases));
    });
  release
    .command('history')
    .argument('[model]', 'needed where several models are released')
    .option('--environment <name>', 'of one environment alone')
    .option('--limit <count>', 'at most so many', '100')
    .description('what became of releases, why and by whom, newest first; nothing of it is ever changed')
    .action(async (named: string | undefined, options: { environment?: string; limit: string }, command) => {
      const { request, result } = context(command);
      const model = named ?? (await onlyModel(request));
      const path = `/api/v1/models/${encodeURIComponent(model)}/release-history${queryOf({ ...options })}`;
      const answer = ReleaseHistory.parse(await request('GET', path));
      result(
        answer,
        table(
          ['at', 'environment', 'model', 'became', 'by', 'reason'],
          answer.events.map(({ at, environment, version, stage, by, reason }) => [
            ...[at.slice(0, 19), environment, `${model}:${version}`, stage, by, reason],
          ]),
        ),
      );
    });
  release
    .command('propose')
    .argument('<ref>', 'a model version: NAME:VERSION, or NAME@ALIAS such as digits@champion')
    .option('--to <environment>', 'where to; needed where the model has several environments')
    .option('--reason <text>', why)
    .description('bring a version up beside the champion, without traffic, once it was accepted there')
    .action(async (text: string, { to, reason }: { to?: string; reason?: string }, command) => {
      const { request, result, log } = context(command);
      const reference = parseModelReference(text);
      const path = `/api/v1/models/${encodeURIComponent(reference.name)}/releases${inEnvironment(to)}`;
      const proposed = Release.parse(await request('POST', path, { version: versionOf(reference), reason }));
      const settings = settingsSaid(await settingsOf(request, proposed.id));
      if (settings !== '') log(settings);
      result(
        proposed,
        `${rows([proposed])}\n\nIt is up and not serving. Make it champion: visavox release promote ${proposed.id}`,
      );
    });
  release
    .command('promote')
    .argument('<release>', 'the id of a release')
    .option('--reason <text>', why)
    .description('make a proposed release champion, without a restart')
    .action(async (id: string, { reason }: { reason?: string }, command) => {
      const { request, result, log } = context(command);
      const settings = settingsSaid(await settingsOf(request, id));
      if (settings !== '') log(settings);
      const path = `/api/v1/releases/${encodeURIComponent(id)}/promote${queryOf({ reason })}`;
      const answer = Promoted.parse(await request('POST', path));
      result(answer, 'askedBy' in answer ? askedFor(answer) : rows([answer]));
    });
  release
    .command('rollback')
    .argument('[model]', 'needed where several models are released')
    .option('--environment <name>', 'needed where the model has several environments')
    .option('--reason <text>', why)
    .description('make the release before the present one champion again')
    .action(async (named: string | undefined, options: RollbackOptions, command) => {
      const { environment, reason } = options;
      const { request, result } = context(command);
      const model = named ?? (await onlyModel(request));
      const path = `/api/v1/models/${encodeURIComponent(model)}/rollback${queryOf({ environment, reason })}`;
      const champion = Release.parse(await request('POST', path));
      result(
        champion,
        `${champion.model}:${champion.version} serves ${champion.environment} again (release ${champion.id}).`,
      );
    });
};

/** Nobody has to name the model where there is no other. */
async function onlyModel(request: CommandContext['request']): Promise<string> {
  const { environments } = Environments.parse(await request('GET', '/api/v1/status'));
  const [only, ...others] = new Set(environments.map(({ model }) => model));
  if (only !== undefined && others.length === 0) return only;
  throw new UserError({
    kind: 'invalid',
    code: 'model_needed',
    message: only === undefined ? 'no model is released here' : 'several models are released here',
    action:
      only === undefined
        ? 'Release one first: visavox release propose NAME:VERSION'
        : `Name one: ${[only, ...others].map((name) => `visavox release rollback ${name}`).join(', ')}`,
  });
}
