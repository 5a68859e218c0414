import { Release } from '@visavox/core/release';
import type { CommandPlugin } from '../plugin.ts';
import { table } from '../table.ts';

export const releaseCommands: CommandPlugin = (program, context) => {
  const release = program.command('release').description('which model version serves, and why');
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
      const { Releases } = await import('@visavox/api/schemas');
      const answer = Releases.parse(await request('GET', '/api/v1/releases'));
      result(answer, rows(answer.releases));
    });
  release
    .command('propose')
    .argument('<version>', 'a model version: its number, or NAME:VERSION')
    .description('bring a version up beside the champion, without traffic')
    .action(async (reference: string, _options, command) => {
      const { request, result } = context(command);
      const version = Number(reference.split(':').at(-1));
      const proposed = Release.parse(await request('POST', '/api/v1/releases', { version }));
      result(
        proposed,
        `${rows([proposed])}\n\nIt is up and not serving. Make it champion: visavox release promote ${proposed.id}`,
      );
    });
  release
    .command('promote')
    .argument('<release>', 'the id of a release')
    .description('make a proposed release champion, without a restart')
    .action(async (id: string, _options, command) => {
      const { request, result } = context(command);
      const promoted = Release.parse(
        await request('POST', `/api/v1/releases/${encodeURIComponent(id)}/promote`),
      );
      result(promoted, rows([promoted]));
    });
  release
    .command('rollback')
    .description('make the release before the present one champion again')
    .action(async (_options, command) => {
      const { request, result } = context(command);
      const champion = Release.parse(await request('POST', '/api/v1/releases/rollback'));
      result(
        champion,
        `${champion.model}:${champion.version} serves ${champion.environment} again (release ${champion.id}).`,
      );
    });
};
