import { z } from 'zod';
import type { CommandPlugin } from '../plugin.ts';
import { table } from '../table.ts';

const Datasets = z.object({
  datasets: z.array(
    z.object({ digest: z.string(), name: z.string(), items: z.number(), createdAt: z.string() }),
  ),
});

export const dataCommands: CommandPlugin = (program, context) => {
  const data = program.command('data').description('dataset versions');
  data
    .command('list')
    .description('all dataset versions, newest first')
    .action(async (_options, command) => {
      const { request, result } = context(command);
      const answer = Datasets.parse(await request('GET', '/api/v1/datasets'));
      result(
        answer,
        table(
          ['name', 'version', 'items', 'made'],
          answer.datasets.map((one) => [one.name, one.digest, one.items, one.createdAt.slice(0, 19)]),
        ),
      );
    });
  data
    .command('show')
    .argument('<digest>', 'sha256:… of a dataset version')
    .description('the items of a dataset version')
    .action(async (digest: string, _options, command) => {
      const { request, result } = context(command);
      const answer = z
        .looseObject({
          manifest: z.looseObject({
            name: z.string(),
            items: z.array(
              z.looseObject({
                key: z.string(),
                bytes: z.number(),
                mediaType: z.string(),
                labels: z.record(z.string(), z.string()),
              }),
            ),
          }),
        })
        .parse(await request('GET', `/api/v1/datasets/${encodeURIComponent(digest)}`));
      const rows = answer.manifest.items.map((item) => [
        item.key,
        item.mediaType,
        item.bytes,
        Object.entries(item.labels)
          .map(([name, value]) => `${name}=${value}`)
          .join(' '),
      ]);
      result(answer, table(['item', 'type', 'bytes', 'labels'], rows));
    });
};
