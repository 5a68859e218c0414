import { UserError } from '@visavox/core/errors';
import { modelReference, parseModelReference } from '@visavox/core/model';
import type { CommandContext, CommandPlugin } from '../plugin.ts';
import { inEnvironment, pathOfVersion } from '../references.ts';
import { table } from '../table.ts';
import { addModelFacts, detailRows } from './model-facts.ts';
import type { ModelFilesWish } from './model-folder.ts';

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
    .argument('[path]', 'a folder that MLflow saved, or a file: .onnx, .keras')
    .option('--from <run>', 'or what a run made: RUN/TASK/OUTPUT, or RUN where it made one model')
    .option(
      '--card <file>',
      "its model card beside the files at PATH: Markdown with Hugging Face's metadata, or JSON",
    )
    .option('--example <file>', "an input as MLflow's /invocations takes it, beside the files at PATH")
    .description('register files, or what a run made, as a version; the same files are one version')
    .action(async (name: string, path: string | undefined, options: RegisterOptions, command) => {
      const { request, result, log } = context(command);
      const { from, card, example } = options;
      if ((path === undefined) === (from === undefined))
        throw misuse('a version is made of files or of a run', 'Name a PATH, or a run by --from.');
      if (from !== undefined && (card !== undefined || example !== undefined))
        throw misuse(
          'what a run made has its card and example among its files',
          'Let the step write README.md and input_example.json into its output.',
        );
      const { ModelRecord } = await import('@visavox/api/model-schemas');
      const wish =
        path === undefined ? ofRun(from ?? '') : await ofFiles({ request, log }, { path, card, example });
      const url = `/api/v1/models/${encodeURIComponent(name)}/versions`;
      const model = ModelRecord.parse(await request('POST', url, wish));
      result(
        model,
        `${modelReference(model)} is bundle ${model.bundle}\n\nBring it up: visavox release propose ${modelReference(model)}`,
      );
    });
  models
    .command('show')
    .argument('<ref>', 'NAME:VERSION, or NAME@ALIAS such as digits@champion')
    .option('--environment <name>', 'where the alias is looked up, if the model has several environments')
    .description('one model version: signature, card, what was measured, who signed it')
    .action(async (text: string, { environment }: { environment?: string }, command) => {
      const { request, result } = context(command);
      const { Model } = await import('@visavox/api/model-schemas');
      const path = pathOfVersion(parseModelReference(text));
      const found = Model.parse(await request('GET', path + inEnvironment(environment)));
      const { details, rows } = await detailRows(request, `${pathOfVersion(found)}/details`);
      const head = table(
        ['', ''],
        [
          ['model', modelReference(found)],
          ['bundle', found.bundle],
          ['run', found.run],
          ['registered', found.createdAt],
          ...rows,
          ...(found.differences ?? []).map((difference) => ['changed in MLflow', difference]),
        ],
      );
      const metrics = table(
        ['metric', 'value'],
        Object.entries(found.metrics).map(([name, value]) => [name, value]),
      );
      result({ ...found, details }, `${head.split('\n').slice(2).join('\n')}\n\n${metrics}`);
    });
  addModelFacts(models, context);
};

interface RegisterOptions {
  readonly from?: string;
  readonly card?: string;
  readonly example?: string;
}

function ofRun(from: string): { run: string; output?: string | undefined } {
  const [, run = '', output] = /^([^/]+)(?:\/(.+))?$/.exec(from) ?? [];
  return { run, output };
}

/** Sends the files, and returns what they are. */
async function ofFiles(asking: Pick<CommandContext, 'request' | 'log'>, wish: ModelFilesWish) {
  const { filesOfModel } = await import('./model-folder.ts');
  const { sendFiles } = await import('./send-files.ts');
  const files = await filesOfModel(wish);
  await sendFiles(asking, files);
  return { files: files.map(({ item: { key: path, digest, bytes } }) => ({ path, digest, bytes })) };
}

function misuse(message: string, action: string): UserError {
  return new UserError({ kind: 'invalid', code: 'misuse', message, action });
}
