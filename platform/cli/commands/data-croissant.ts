import { writeFile } from 'node:fs/promises';
import type { CommandPlugin } from '../plugin.ts';
import { computed } from './dataset-computed.ts';
import { asReference, versionOf } from './dataset-version.ts';

interface CroissantOptions {
  readonly license?: string;
  readonly creator?: string;
  readonly description?: string;
  readonly output?: string;
}

/** `visavox data croissant`. */
export const croissantCommand: CommandPlugin = (data, context) => {
  data
    .command('croissant')
    .argument('<dataset>', asReference)
    .option('--license <address or name>', 'what the project declares, or all files’ --consent, unless given')
    .option('--creator <name>', 'what the project declares unless given')
    .option('--description <text>')
    .option('--output <file>', 'such as croissant.json in the folder of an export; printed unless given')
    .description('the metadata of a version as Croissant 1.0 (JSON-LD), for the folder that an export writes')
    .action(async (reference: string, { output, ...about }: CroissantOptions, command) => {
      const asking = context(command);
      const digest = await versionOf(asking.request, reference);
      const query = new URLSearchParams(Object.entries(about).filter(([, value]) => value !== undefined));
      const metadata = await computed(asking, {
        ...{ method: 'GET', path: `/api/v1/datasets/${digest}/croissant?${query}` },
        meanwhile: 'reading the tables',
      });
      const text = `${JSON.stringify(metadata, null, 2)}\n`;
      if (output !== undefined) await writeFile(output, text);
      asking.result(metadata, output === undefined ? text.trimEnd() : `${output} describes ${digest}`);
    });
};
