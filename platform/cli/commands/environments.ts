import type { DescribedEnvironment } from '@visavox/api/environment-schemas';
import { leaves, type SettingsDifference } from '@visavox/core/environment-settings';
import type { z } from 'zod';
import type { CommandPlugin } from '../plugin.ts';
import { queryOf } from '../references.ts';
import { table } from '../table.ts';

type State = Omit<z.infer<typeof DescribedEnvironment>, 'versions'>;

/** What environments are declared to be, and what has changed since what serves went out. */
export const environmentCommands: CommandPlugin = (program, context) => {
  const environments = program
    .command('environments')
    .description('what differs between the environments of models, as versions');
  environments
    .command('list', { isDefault: true })
    .description('each environment of each model, and whether it has changed since its release')
    .action(async (_options, command) => {
      const { request, result } = context(command);
      const { ModelEnvironments } = await import('@visavox/api/environment-schemas');
      const answer = ModelEnvironments.parse(await request('GET', '/api/v1/environments'));
      result(
        answer,
        answer.environments.length === 0
          ? 'No model is released here: environments are declared with a model.'
          : table(
              ['model', 'environment', 'settings', 'declared', 'by', 'serves', 'changed since the release'],
              answer.environments.map((one) => [
                ...[one.model, one.environment, one.version.number, one.version.at.slice(0, 16)],
                ...[one.version.by, servesOf(one), changedOf(one)],
              ]),
            ),
      );
    });
  environments
    .command('show')
    .argument('<model>', 'its name')
    .argument('<environment>', 'one of those that it is released to')
    .description('what is declared of an environment, what of it holds here, and its versions')
    .action(async (model: string, environment: string, _options, command) => {
      const { request, result } = context(command);
      const path = `/api/v1/models/${encodeURIComponent(model)}/environments/${encodeURIComponent(environment)}`;
      const { DescribedEnvironment } = await import('@visavox/api/environment-schemas');
      const answer = DescribedEnvironment.parse(await request('GET', path));
      result(answer, shown(answer));
    });
  environments
    .command('diff')
    .argument('<model>', 'its name')
    .argument('<from>', 'an environment, or a version of one: test, production:2')
    .argument('<to>', 'another one')
    .description('what two environments differ in, or two versions of one')
    .action(async (model: string, from: string, to: string, _options, command) => {
      const { request, result } = context(command);
      const path = `/api/v1/models/${encodeURIComponent(model)}/environment-difference${queryOf({ from, to })}`;
      const { SettingsComparison } = await import('@visavox/api/environment-schemas');
      const answer = SettingsComparison.parse(await request('GET', path));
      result(
        answer,
        answer.differences.length === 0
          ? `${from} and ${to} say the same.`
          : differenceTable(from, to, answer.differences),
      );
    });
};

export function differenceTable(
  from: string,
  to: string,
  differences: readonly SettingsDifference[],
): string {
  return table(
    ['setting', from, to],
    differences.map((one) => [one.path, one.from, one.to]),
  );
}

const servesOf = ({ release, model }: State) => (release ? `${model}:${release.version}` : null);

function changedOf({ release, changes, todo }: State): string {
  if (!release) return '-';
  if (changes.length === 0) return 'no';
  return todo === null ? `${changes.length}, of policies that hold at once` : String(changes.length);
}

function shown({ versions, ...state }: z.infer<typeof DescribedEnvironment>): string {
  const { model, environment, version, changes, todo, missingSecrets, notHonoured, release } = state;
  const settings = [...leaves(version.settings)];
  return [
    `${model} in ${environment}: settings ${version.number}, declared ${version.at.slice(0, 16)} by ${version.by}`,
    release
      ? `${model}:${release.version} serves (release ${release.id}), with settings ${release.settings ?? 'from before there were any'}.`
      : 'Nothing serves yet.',
    '',
    settings.length > 0 ? table(['setting', 'value'], settings) : 'It is as any other: nothing is set.',
    ...(notHonoured.length > 0 ? [''] : []),
    ...notHonoured.map(({ setting, said }) => `${setting}: ${said}`),
    ...(missingSecrets === null ? ['\nWhich secrets there are, this server cannot tell.'] : []),
    ...(changes.length > 0
      ? ['', 'Changed since the release:', '', differenceTable('released', 'declared', changes)]
      : []),
    ...(changes.length > 0 && todo === null
      ? ['', 'Policies hold at once: nothing has to be released.']
      : []),
    ...(todo === null ? [] : ['', todo]),
    '',
    table(
      ['settings', 'at', 'by', 'digest'],
      versions.map((one) => [one.number, one.at.slice(0, 19), one.by, one.digest.slice(0, 19)]),
    ),
  ].join('\n');
}
