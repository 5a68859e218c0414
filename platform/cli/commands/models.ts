import { UserError } from '@visavox/core/errors';
import { ModelVersion, modelReference } from '@visavox/core/model';
import { z } from 'zod';
import type { CommandPlugin } from '../plugin.ts';
import { table } from '../table.ts';

const Models = z.object({
  models: z.array(
    ModelVersion.extend({
      aliases: z.array(z.string()).optional(),
      differences: z.array(z.string()).optional(),
    }),
  ),
  notOurs: z.array(z.object({ name: z.string(), version: z.number(), difference: z.string() })).optional(),
});

export const modelCommands: CommandPlugin = (program, context) => {
  const models = program.command('models').description('the model registry');
  models
    .command('list')
    .description('all model versions, newest first')
    .action(async (_options, command) => {
      const { request, result } = context(command);
      const answer = Models.parse(await request('GET', '/api/v1/models'));
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
    .command('show')
    .argument('<ref>', 'NAME:VERSION, or a version number')
    .description('one model version with its metrics')
    .action(async (reference: string, _options, command) => {
      const { request, result } = context(command);
      const answer = Models.parse(await request('GET', '/api/v1/models'));
      const found = answer.models.find(
        (model) => modelReference(model) === reference || String(model.version) === reference,
      );
      if (!found) {
        throw new UserError({
          kind: 'not-found',
          code: 'unknown_model',
          message: `there is no model version ${reference}`,
          action: 'List them with "visavox models list".',
        });
      }
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
