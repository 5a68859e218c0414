import { DatasetTombstone } from '@visavox/core/dataset-tombstone';
import { shortDigest } from '@visavox/core/digest';
import { z } from 'zod';
import type { CommandPlugin } from '../plugin.ts';
import { table } from '../table.ts';
import { asReference, versionOf } from './dataset-version.ts';

const Tombstones = z.object({ tombstones: z.array(DatasetTombstone) });

/** `visavox data delete` and `visavox data deleted`. */
export const deleteCommands: CommandPlugin = (data, context) => {
  data
    .command('delete')
    .argument('<dataset>', asReference)
    .requiredOption('--reason <text>', 'why; it stays with what is known of the version')
    .option('--even-if-released', 'also where a model that was made from it is released')
    .description('delete a version with its parts, and the bytes that nothing else holds')
    .action(async (reference: string, options: { reason: string; evenIfReleased?: boolean }, command) => {
      const { request, result } = context(command);
      const digest = await versionOf(request, reference);
      const body = { reason: options.reason, evenIfReleased: options.evenIfReleased ?? false };
      const tombstone = DatasetTombstone.parse(
        await request('POST', `/api/v1/datasets/${digest}/deletion`, body),
      );
      const { name, freed, released } = tombstone;
      const size =
        freed === null ? 'its bytes are being removed' : `${freed.blobs} files, ${freed.bytes} bytes removed`;
      const lines = [
        `${name}@${shortDigest(digest)} is deleted; ${size}`,
        ...released.map((one) => `made from it, and still released: ${one}`),
      ];
      result(tombstone, lines.join('\n'));
    });
  data
    .command('deleted')
    .argument('[name]', 'of a dataset; all unless given')
    .description('versions that were deleted: when, by whom, and why')
    .action(async (name: string | undefined, _options, command) => {
      const { request, result } = context(command);
      const query = name === undefined ? '' : `?name=${encodeURIComponent(name)}`;
      const answer = Tombstones.parse(await request('GET', `/api/v1/dataset-tombstones${query}`));
      const rows = answer.tombstones.map((one) => [
        ...[
          one.name,
          shortDigest(one.dataset),
          one.items,
          one.deletedAt.slice(0, 19),
          one.deletedBy,
          one.reason,
        ],
      ]);
      result(answer, table(['name', 'version', 'items', 'deleted', 'by', 'why'], rows));
    });
};
