import { readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { PanderaValidations } from '@visavox/adapters/pandera/dataset-validations';
import { SqlValidationIndex } from '@visavox/adapters/sql/validation-index';
import { messageOf, UserError } from '@visavox/core/errors';
import { Environments } from '@visavox/pipelines/environments/environments';
import { toolSettings } from '@visavox/pipelines/environments/tool';
import type { Platform } from './platform.ts';
import type { ProjectDeclaration } from './project.ts';

/** Dataset versions are held against rules by Pandera, whose environment is beside those of steps. */
export function openValidations({ settings, log, database, objects, now }: Platform): PanderaValidations {
  const { PATH = '', HOME = '' } = process.env;
  const environment = {
    ...{ HOME, PATH: [join(settings.setup, 'python', 'bin'), PATH].join(delimiter) },
    ...toolSettings(),
  };
  return new PanderaValidations({
    ...{ objects, now, environment },
    index: new SqlValidationIndex(database.db),
    environments: new Environments({ folder: join(settings.home, 'environments'), environment }),
    log: (text) => log.info(text),
  });
}

/** The rules that a project declares for a dataset, read when they are asked for: changing them needs no restart. */
export function declaredRules({
  root,
  declaration: { datasets = {} },
}: {
  readonly root: string;
  readonly declaration: Pick<ProjectDeclaration, 'datasets'>;
}): (dataset: string) => Promise<string | undefined> {
  return async (name) => {
    const file = datasets[name]?.rules;
    if (file === undefined) return undefined;
    return readFile(join(root, file), 'utf8').catch((cause: unknown) => {
      throw new UserError({
        kind: 'conflict',
        code: 'rules_unreadable',
        message: `the rules of the dataset ${name} cannot be read: ${messageOf(cause)}`,
        action: `Put ${file} back, or correct visavox.config and start the server anew.`,
        cause,
      });
    });
  };
}
