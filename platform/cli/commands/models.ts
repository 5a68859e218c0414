import { modelReference, parseModelReference } from '@visavox/core/model';
import type { CommandPlugin } from '../plugin.ts';
import { inEnvironment, pathOfVersion } from '../references.ts';
import { table } from '../table.ts';

export const modelCommands: CommandPlugin = (program, context) => {
  const models = program.command('models').description('the model registry');
  models
    .command('list')
    .argument('[name]', 'of one model only')
    .description('the versions of all models, of each the newest first')
    .action(async (name: string | undefined, _options, command) => {
      const { request, result } = context(command);
      const { Models } = await import('@visavox/api/model-schemas');
      const path = name === undefined ? '' : `/${encodeURIComponent(name)}/versions`;
      const answer = Models.parse(await request('GET', `/api/v1/models${path}`));
      const listed = table(
        ['model', 'aliases', 'made by run', 'bundle', 'registered'],
        answer.models.map((model) => [
          modelReference(model),
          model.aliases?.join(', ') || null,
          model.run,
          model.bundle.slice(7, 19),
          model.createdAt.slice(0, 19),
        ]),
      );
      const changed = [
        ...answer.models.flatMap((model) =>
          (model.differences ?? []).map((difference) => `${modelReference(model)}: ${difference}`),
        ),
        ...(answer.notOurs ?? []).map((one) => `${modelReference(one)}: ${one.difference}`),
      ];
      const warning = [
        '',
        'Changed in MLflow by somebody else; what is listed above holds here:',
        ...changed.map((line) => `  ${line}`),
      ];
      result(answer, [listed, ...(changed.length > 0 ? warning : [])].join('\n'));
    });
  models
    .command('register')
    .argument('<name>', 'the model')
    .requiredOption('--from <run>', 'what to register: RUN/TASK/OUTPUT, or RUN where it made one model')
    .description('register what a run made as a version, with all that the run measured')
    .action(async (name: string, { from }: { from: string }, command) => {
      const { request, result } = context(command);
      const { ModelRecord } = await import('@visavox/api/model-schemas');
      const [, run = '', output] = /^([^/]+)(?:\/(.+))?$/.exec(from) ?? [];
      const path = `/api/v1/models/${encodeURIComponent(name)}/versions`;
      const model = ModelRecord.parse(await request('POST', path, { run, output }));
      result(
        model,
        `${modelReference(model)} is bundle ${model.bundle}\n\nBring it up: visavox release propose ${modelReference(model)}`,
      );
    });
  models
    .command('show')
    .argument('<ref>', 'NAME:VERSION, or NAME@ALIAS such as digits@champion')
    .option('--environment <name>', 'where the alias is looked up, if the model has several environments')
    .description('one model version with its metrics')
    .action(async (text: string, { environment }: { environment?: string }, command) => {
      const { request, result } = context(command);
      const { Model } = await import('@visavox/api/model-schemas');
      const path = pathOfVersion(parseModelReference(text));
      const found = Model.parse(await request('GET', path + inEnvironment(environment)));
      const head = table(
        ['', ''],
        [
          ['model', modelReference(found)],
          ['bundle', found.bundle],
          ['run', found.run],
          ['registered', found.createdAt],
          ...(found.differences ?? []).map((difference) => ['changed in MLflow', difference]),
        ],
      );
      const metrics = table(
        ['metric', 'value'],
        Object.entries(found.metrics).map(([name, value]) => [name, value]),
      );
      result(found, `${head.split('\n').slice(2).join('\n')}\n\n${metrics}`);
    });
};
