import { UserError } from '@visavox/core/errors';
import { modelReference } from '@visavox/core/model';
import type { CommandPlugin } from '../plugin.ts';
import { table } from '../table.ts';

export const modelCommands: CommandPlugin = (program, context) => {
  const models = program.command('models').description('the model registry');
  models
    .command('list')
    .description('all model versions, newest first')
    .action(async (_options, command) => {
      const { request, result } = context(command);
      const { Models } = await import('@visavox/api/schemas');
      const answer = Models.parse(await request('GET', '/api/v1/models'));
      result(
        answer,
        table(
          ['model', 'aliases', 'made by run', 'bundle', 'registered'],
          answer.models.map((model) => [
            modelReference(model),
            model.aliases?.join(', ') || null,
            model.run,
            model.bundle.slice(7, 19),
            model.createdAt.slice(0, 19),
          ]),
        ),
      );
    });
  models
    .command('show')
    .argument('<ref>', 'NAME:VERSION, or a version number')
    .description('one model version with its metrics')
    .action(async (reference: string, _options, command) => {
      const { request, result } = context(command);
      const { Models } = await import('@visavox/api/schemas');
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
        ],
      );
      const metrics = table(
        ['metric', 'value'],
        Object.entries(found.metrics).map(([name, value]) => [name, value]),
      );
      result(found, `${head.split('\n').slice(2).join('\n')}\n\n${metrics}`);
    });
};
