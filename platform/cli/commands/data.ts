import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type DatasetItem, DatasetManifest, diffDatasets } from '@visavox/core/dataset';
import { Digest, digestOf, shortDigest } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import { z } from 'zod';
import { pairs } from '../pairs.ts';
import type { CommandContext, CommandPlugin } from '../plugin.ts';
import { progressOf } from '../progress.ts';
import { table } from '../table.ts';
import {
  digestOfFile,
  itemsOfFolder,
  LABELS_FILE,
  labelsFile,
  pathOfItem,
  writeItem,
} from './dataset-folder.ts';

const Datasets = z.object({
  datasets: z.array(z.object({ digest: Digest, name: z.string(), items: z.number(), createdAt: z.string() })),
});
const Dataset = z.object({ digest: Digest, manifest: DatasetManifest });
const State = z.object({ items: z.number(), missing: z.array(z.string()), corrupted: z.array(z.string()) });

const asReference = 'a version’s sha256:…, the beginning of it, or a name for its newest version';
const askedAtOnce = 5000;
const shownDifferences = 50;

export const dataCommands: CommandPlugin = (program, context) => {
  const data = program.command('data').description('dataset versions');
  data
    .command('import')
    .argument('<folder>', `files, in folders or not; ${LABELS_FILE} in it may label them (file_name,…)`)
    .requiredOption('--name <name>', 'of the dataset: small letters, digits, hyphens')
    .option('--label <key=value>', 'a label of every file; repeat for more', pairs('label'), {})
    .option('--source <text>', 'where the files come from')
    .option('--consent <text>', 'under which terms they may be used')
    .description('make a dataset version of a folder; equal files are one version, and are sent once')
    .action(async (folder: string, options: ImportOptions, command) => {
      const { request, result, log } = context(command);
      const { name } = options;
      if (!DatasetManifest.shape.name.safeParse(name).success)
        throw new UserError({
          kind: 'invalid',
          code: 'misuse',
          message: `"${name}" cannot be the name of a dataset`,
          action: 'Use small letters, digits and hyphens: --name night-birds.',
        });
      const items = await itemsOfFolder(folder, {
        ...options,
        labels: options.label,
        progress: (of) => progressOf('read', of),
      });
      const missing = await missingBlobs(request, items);
      const toSend = [...new Map(items.map((item) => [item.digest, item])).values()].filter(({ digest }) =>
        missing.has(digest),
      );
      log(`${items.length} files, ${toSend.length} to be sent`);
      const progress = progressOf('sent', toSend.length);
      for (const [index, { key, digest }] of toSend.entries()) {
        await request('PUT', `/api/v1/blobs/${digest}`, await readFile(join(folder, key)));
        progress(index + 1);
      }
      const { digest } = z
        .object({ digest: Digest })
        .parse(await request('POST', '/api/v1/datasets', { name, items }));
      result(
        { digest, name, items: items.length, sent: toSend.length },
        `${name} ${digest}, ${items.length} items`,
      );
    });
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
    .argument('<dataset>', asReference)
    .description('the items of a dataset version')
    .action(async (reference: string, _options, command) => {
      const { request, result } = context(command);
      const dataset = await datasetOf(request, reference);
      const rows = dataset.manifest.items.map((item) => [
        item.key,
        item.mediaType,
        item.bytes,
        labelled(item.labels),
      ]);
      result(dataset, table(['item', 'type', 'bytes', 'labels'], rows));
    });
  data
    .command('diff')
    .argument('<a>', asReference)
    .argument('<b>')
    .description('what came, went and changed from one version to another')
    .action(async (a: string, b: string, _options, command) => {
      const { request, result } = context(command);
      const [before, after] = [await datasetOf(request, a), await datasetOf(request, b)];
      const difference = diffDatasets(before.manifest, after.manifest);
      const value = {
        ...{ a: before.digest, b: after.digest },
        added: difference.added.map(({ key }) => key),
        removed: difference.removed.map(({ key }) => key),
        changed: difference.changed.map(changeOf),
      };
      const lines = [
        ...value.added.map((key) => `+ ${key}`),
        ...value.removed.map((key) => `- ${key}`),
        ...value.changed.map(({ key, what }) => `~ ${key}: ${what.join(', ')}`),
      ];
      const rest = lines.length - shownDifferences;
      result(
        value,
        [
          `${value.added.length} added, ${value.removed.length} removed, ${value.changed.length} changed`,
          ...lines.slice(0, shownDifferences),
          ...(rest > 0 ? [`… and ${rest} more (--json names all)`] : []),
        ].join('\n'),
      );
    });
  data
    .command('verify')
    .argument('<dataset>', asReference)
    .description('read every item where it is kept, and compare it with its digest')
    .action(async (reference: string, _options, command) => {
      const { request, result } = context(command);
      const digest = await versionOf(request, reference);
      const state = State.parse(await request('GET', `/api/v1/datasets/${digest}/verify`));
      const faults = [
        ...state.missing.map((key) => `missing    ${key}`),
        ...state.corrupted.map((key) => `corrupted  ${key}`),
      ];
      const good = state.items - faults.length;
      result({ digest, ...state }, [...faults, `${good} of ${state.items} items are whole`].join('\n'));
      if (faults.length > 0) process.exitCode = 1;
    });
  data
    .command('export')
    .argument('<dataset>', asReference)
    .argument('<folder>', 'is made; what is there already and equal is kept')
    .description(`write the items into a folder, with their labels in ${LABELS_FILE}`)
    .action(async (reference: string, folder: string, _options, command) => {
      const { request, download, result, log } = context(command);
      const { digest, manifest } = await datasetOf(request, reference);
      const places = manifest.items.map((item) => ({ item, path: pathOfItem(folder, item.key) }));
      const progress = progressOf('written', places.length);
      const missing: string[] = [];
      for (const [index, { item, path }] of places.entries()) {
        const there = await stat(path).catch(() => null);
        if (!there || (await digestOfFile(path)) !== item.digest)
          await fetched(download, digest, item).then(
            (bytes) => writeItem(path, bytes),
            (error: unknown) => {
              if (!(error instanceof UserError && error.code === 'item_erased')) throw error;
              missing.push(item.key);
              log(error.message);
            },
          );
        progress(index + 1);
      }
      const written = manifest.items.filter(({ key }) => !missing.includes(key));
      if (written.some(({ labels }) => Object.keys(labels).length > 0))
        await writeItem(join(folder, LABELS_FILE), labelsFile(written));
      result(
        { digest, folder, items: written.length, missing },
        `${written.length} of ${manifest.items.length} items of ${manifest.name} are in ${folder}`,
      );
      if (missing.length > 0) process.exitCode = 1;
    });
};

interface ImportOptions {
  readonly name: string;
  readonly label: Readonly<Record<string, string>>;
  readonly source?: string;
  readonly consent?: string;
}

type Request = CommandContext['request'];

async function missingBlobs(request: Request, items: readonly DatasetItem[]): Promise<ReadonlySet<Digest>> {
  const digests = [...new Set(items.map(({ digest }) => digest))];
  const missing = new Set<Digest>();
  for (let start = 0; start < digests.length; start += askedAtOnce) {
    const asked = { digests: digests.slice(start, start + askedAtOnce) };
    const answer = z
      .object({ missing: z.array(Digest) })
      .parse(await request('POST', '/api/v1/blobs/missing', asked));
    for (const digest of answer.missing) missing.add(digest);
  }
  return missing;
}

async function versionOf(request: Request, reference: string): Promise<Digest> {
  const { datasets } = Datasets.parse(await request('GET', '/api/v1/datasets'));
  const newest = datasets.find(({ name }) => name === reference);
  if (newest) return newest.digest;
  const hex = reference.replace(/^sha256:/, '');
  const begun = hex.length >= 6 ? datasets.filter(({ digest }) => digest.slice(7).startsWith(hex)) : [];
  const [only, ...others] = begun;
  if (only && others.length === 0) return only.digest;
  throw new UserError({
    kind: 'not-found',
    code: 'unknown_dataset',
    message: only
      ? `${reference} begins ${begun.length} dataset versions: ${begun.map(({ digest }) => shortDigest(digest)).join(', ')}`
      : `there is no dataset ${reference}`,
    action: 'See "visavox data list" for what there is.',
  });
}

async function datasetOf(request: Request, reference: string): Promise<z.infer<typeof Dataset>> {
  const digest = await versionOf(request, reference);
  return Dataset.parse(await request('GET', `/api/v1/datasets/${digest}`));
}

async function fetched(
  download: CommandContext['download'],
  dataset: Digest,
  { key, digest }: DatasetItem,
): Promise<Uint8Array> {
  const bytes = await download(`/api/v1/datasets/${dataset}/items/${encodeURIComponent(key)}`);
  if (digestOf(bytes) === digest) return bytes;
  throw new UserError({
    kind: 'unavailable',
    code: 'item_damaged',
    message: `${key} arrived damaged`,
    action: 'Export again: what has arrived is kept.',
  });
}

const labelled = (labels: Readonly<Record<string, string>>) =>
  Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');

function changeOf({ before, after }: { before: DatasetItem; after: DatasetItem }) {
  const names = [...new Set([...Object.keys(before.labels), ...Object.keys(after.labels)])].sort();
  const what = [
    ...(before.digest === after.digest ? [] : [`content, ${before.bytes} -> ${after.bytes} bytes`]),
    ...names
      .filter((name) => before.labels[name] !== after.labels[name])
      .map((name) => `${name} ${before.labels[name] ?? '-'} -> ${after.labels[name] ?? '-'}`),
  ];
  return { key: after.key, what: what.length > 0 ? what : ['where it is from'] };
}
