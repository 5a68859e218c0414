import { readFile } from 'node:fs/promises';
import { DatasetValidation } from '@visavox/core/dataset-validation';
import { messageOf, UserError } from '@visavox/core/errors';
import type { CommandPlugin } from '../plugin.ts';
import { computed } from './dataset-computed.ts';
import { asReference, versionOf } from './dataset-version.ts';

/** `visavox data validate`. */
export const validateCommand: CommandPlugin = (data, context) => {
  data
    .command('validate')
    .argument('<dataset>', asReference)
    .option('--rules <file>', 'a schema of Pandera, as YAML or JSON; what the project declares unless given')
    .description('hold the tables of a version, or the labels of its files, against rules')
    .addHelpText(
      'after',
      '\nIt ends with 1 where a rule is broken: see "docs/data.md" for what rules look like.',
    )
    .action(async (reference: string, { rules: file }: { rules?: string }, command) => {
      const asking = context(command);
      const rules = file === undefined ? undefined : await rulesIn(file);
      const digest = await versionOf(asking.request, reference);
      const path = `/api/v1/datasets/${digest}/validations`;
      const meanwhile = 'checking the rules; the first time, their library is installed';
      const answer = await computed(asking, { method: 'POST', path, body: { rules }, meanwhile });
      const validation = DatasetValidation.parse(answer);
      asking.result(validation, validation.report.text.trimEnd());
      if (!validation.report.passed) process.exitCode = 1;
    });
};

async function rulesIn(file: string): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
  } catch (cause) {
    throw new UserError({
      kind: 'invalid',
      code: 'rules_unreadable',
      message: `the rules ${file} cannot be read: ${messageOf(cause)}`,
      action: 'Name a file of rules, in UTF-8.',
      cause,
    });
  }
}
