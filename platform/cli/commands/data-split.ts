import { DatasetSplit, type SplitRule } from '@visavox/core/dataset-split';
import { Digest } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import { z } from 'zod';
import type { CommandPlugin } from '../plugin.ts';
import { table } from '../table.ts';
import { computed } from './dataset-computed.ts';
import { asReference, versionOf } from './dataset-version.ts';

const Kept = z.object({ digest: Digest, createdAt: z.string(), split: DatasetSplit });

interface SplitOptions {
  readonly by?: string;
  readonly group?: string;
  readonly shares: string;
  readonly seed: string;
  readonly name: string;
}

/** `visavox data split` and `visavox data splits`. */
export const splitCommands: CommandPlugin = (data, context) => {
  data
    .command('split')
    .argument('<dataset>', asReference)
    .requiredOption(
      '--by <how:column>',
      'group:COLUMN, time:COLUMN or stratum:COLUMN: a label, or a column of the tables',
    )
    .option('--group <column>', 'with time and stratum: what has one value of it stays together')
    .option('--shares <part=share,…>', 'in the order of time', 'train=0.8,validation=0.1,test=0.1')
    .option('--seed <number>', 'another one deals out otherwise', '0')
    .option(
      '--name <name>',
      'of the split; later versions keep what the split of this name decided',
      'default',
    )
    .description('put a version into parts that share nothing; each part is a version: NAME/train')
    .action(async (reference: string, options: SplitOptions, command) => {
      const asking = context(command);
      const wish = { name: options.name, ...ruleOf(options) };
      const digest = await versionOf(asking.request, reference);
      const kept = Kept.parse(
        await computed(asking, {
          ...{ method: 'POST', path: `/api/v1/datasets/${digest}/splits`, body: wish },
          meanwhile: 'splitting',
        }),
      );
      asking.result(kept, splitText(kept.split));
    });
  data
    .command('splits')
    .argument('<dataset>', asReference)
    .description('the splits of a version')
    .action(async (reference: string, _options, command) => {
      const { request, result } = context(command);
      const digest = await versionOf(request, reference);
      const { splits } = z
        .object({ splits: z.array(Kept) })
        .parse(await request('GET', `/api/v1/datasets/${digest}/splits`));
      result(
        { splits },
        splits.map(({ split }) => splitText(split)).join('\n\n') || 'It has not been split.',
      );
    });
};

function splitText({ name, rule, of, parts, leftOut }: DatasetSplit): string {
  const by = `${rule.by} ${rule.column}${rule.group === null ? '' : `, together by ${rule.group}`}`;
  const rows = parts.map((part) => [
    ...[part.part, part.dataset, rule.by === 'group' || rule.group !== null ? part.units : ''],
    ...[part.items, part.rows ?? ''],
  ]);
  return [
    `${name}: by ${by}, seed ${rule.seed}`,
    table(['part', 'version', 'groups', 'items', of === 'rows' ? 'rows' : ''], rows),
    ...(leftOut.length > 0 ? [`in no part, as they are no tables: ${leftOut.slice(0, 20).join(', ')}`] : []),
  ].join('\n');
}

function ruleOf({ by = '', group, shares, seed }: SplitOptions): SplitRule {
  const [, how, column] = /^(group|time|stratum):(.+)$/.exec(by) ?? [];
  if (how !== 'group' && how !== 'time' && how !== 'stratum')
    throw misuse(
      `"${by}" does not say what to split by`,
      'Write --by group:COLUMN, time:COLUMN or stratum:COLUMN.',
    );
  if (how === 'group' && group !== undefined)
    throw misuse('groups stay together anyway', 'Leave --group out, or split --by stratum:COLUMN.');
  if (!/^\d+$/.test(seed)) throw misuse(`"${seed}" is no seed`, 'Give a whole number: --seed 1.');
  return {
    ...{ by: how, column: column ?? '', group: group ?? null, seed: Number(seed) },
    shares: shares.split(',').map((text) => {
      const [, part, share] = /^([^=]+)=(.+)$/.exec(text.trim()) ?? [];
      const number = Number(share);
      if (part === undefined || !(number > 0 && number <= 1))
        throw misuse(`"${text}" is no share`, 'Write --shares train=0.8,test=0.2; they come to 1.');
      return { part, share: number };
    }),
  };
}

function misuse(message: string, action: string): UserError {
  return new UserError({ kind: 'invalid', code: 'misuse', message, action });
}
