import { type DatasetItem, DatasetManifest, diffDatasets, labelsFileName } from '@visavox/core/dataset';
import { Digest } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import type { ProfileDifference } from '@visavox/core/profile-difference';
import { z } from 'zod';
import { pairs } from '../pairs.ts';
import type { CommandContext, CommandPlugin } from '../plugin.ts';
import { progressOf } from '../progress.ts';
import { table } from '../table.ts';
import { isArchive, withArchive } from './archive.ts';
import { croissantCommand } from './data-croissant.ts';
import { deleteCommands } from './data-delete.ts';
import { splitCommands } from './data-split.ts';
import { validateCommand } from './data-validate.ts';
import { computed } from './dataset-computed.ts';
import { type FolderContents, itemsOfFolder } from './dataset-folder.ts';
import { askProfile, askProfileDifference, profileDifferenceText, profileText } from './dataset-profile.ts';
import { asReference, Datasets, datasetOf, versionOf } from './dataset-version.ts';
import { exportDataset } from './export-dataset.ts';
import { requireOneSource, withQuery } from './query-import.ts';
import { sendFiles } from './send-files.ts';

const State = z.object({
  items: z.number(),
  missing: z.array(z.string()),
  corrupted: z.array(z.string()),
  next: z.number().nullable(),
});

const shownDifferences = 50;

export const dataCommands: CommandPlugin = (program, context) => {
  const data = program.command('data').description('dataset versions');
  data
    .command('import')
    .argument(
      '[folder]',
      `files, in folders or not, or an archive of them (.zip, .tar, .tar.gz, .tgz); ${labelsFileName} in it may label them (file_name,…)`,
    )
    .requiredOption('--name <name>', 'of the dataset: small letters, digits, hyphens')
    .option('--query <sql>', 'instead of a folder: what a database gives becomes one Parquet file')
    .option(
      '--from <address>',
      'postgresql://…, a file of SQLite or DuckDB, or "*.parquet", whose table is data',
    )
    .option('--label <key=value>', 'a label of every file; repeat for more', pairs('label'), {})
    .option('--source <text>', 'where the files come from')
    .option('--consent <text>', 'under which terms they may be used')
    .description('make a dataset version of a folder; equal files are one version, and are sent once')
    .action(async (folder: string | undefined, options: ImportOptions, command) => {
      const asking = context(command);
      requireName(options.name);
      requireOneSource(folder, options);
      const { name, query = '', from = '' } = options;
      if (folder !== undefined && (await isArchive(folder)))
        return withArchive(folder, (unpacked) => importFolder(asking, unpacked, options));
      if (folder !== undefined) return importFolder(asking, folder, options);
      await withQuery({ name, query, from }, asking.log, (queried) =>
        importFolder(asking, queried.folder, { ...options, provenance: queried.provenance }),
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
    .command('profile')
    .argument('<dataset>', asReference)
    .description('what is in a dataset version: kinds of items, labels, and the columns of its tables')
    .action(async (reference: string, _options, command) => {
      const asking = context(command);
      const digest = await versionOf(asking.request, reference);
      const profile = await askProfile(asking, digest);
      asking.result({ digest, ...profile }, profileText(profile));
    });
  validateCommand(data, context);
  splitCommands(data, context);
  croissantCommand(data, context);
  deleteCommands(data, context);
  data
    .command('diff')
    .argument('<a>', asReference)
    .argument('<b>')
    .description(
      'what came, went and changed from one version to another, and what is otherwise in its tables',
    )
    .action(async (a: string, b: string, _options, command) => {
      const { request, result, log } = context(command);
      const [before, after] = [await datasetOf(request, a), await datasetOf(request, b)];
      const difference = diffDatasets(before.manifest, after.manifest);
      const value = {
        ...{ a: before.digest, b: after.digest },
        added: difference.added.map(({ key }) => key),
        removed: difference.removed.map(({ key }) => key),
        changed: difference.changed.map(changeOf),
        profile: await profileDifference({ request, log }, { from: before.digest, to: after.digest }),
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
          ...(value.profile ? ['', profileDifferenceText(value.profile)] : []),
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
      const state = await verified(request, digest);
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
    .description(`write the items into a folder, with their labels in ${labelsFileName}`)
    .action(async (reference: string, folder: string, _options, command) => {
      const { request, stream, result, log } = context(command);
      const dataset = await datasetOf(request, reference);
      const { digest, manifest } = dataset;
      const progress = progressOf('written', manifest.items.length);
      const missing = await exportDataset(dataset, folder, { stream, progress, log });
      const items = manifest.items.length - missing.length;
      result(
        { digest, folder, items, missing },
        `${items} of ${manifest.items.length} items of ${manifest.name} are in ${folder}`,
      );
      if (missing.length > 0) process.exitCode = 1;
    });
};

/** Tables that cannot be profiled do not keep anybody from seeing which items came and went. */
async function profileDifference(
  asking: Pick<CommandContext, 'request' | 'log'>,
  versions: { readonly from: Digest; readonly to: Digest },
): Promise<ProfileDifference | null> {
  try {
    return await askProfileDifference(asking, versions);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    asking.log(`the tables are not compared: ${error.message}`);
    return null;
  }
}

interface ImportOptions {
  readonly name: string;
  readonly label: Readonly<Record<string, string>>;
  readonly source?: string;
  readonly consent?: string;
  readonly query?: string;
  readonly from?: string;
  readonly provenance?: Readonly<Record<string, string>>;
}

type Request = CommandContext['request'];

function requireName(name: string): void {
  if (DatasetManifest.shape.name.safeParse(name).success) return;
  throw new UserError({
    kind: 'invalid',
    code: 'misuse',
    message: `"${name}" cannot be the name of a dataset`,
    action: 'Use small letters, digits and hyphens: --name night-birds.',
  });
}

async function importFolder(asking: CommandContext, folder: string, options: ImportOptions): Promise<void> {
  const { request, result, log } = asking;
  const { name } = options;
  const contents = await itemsOfFolder(folder, {
    ...options,
    labels: requireLabels(options.label),
    progress: (of) => progressOf('read', of),
  });
  const { leftOut } = contents;
  const items = contents.items.map(({ item }) => item);
  for (const line of remarks(contents)) log(line);
  const sent = await sendFiles({ request, log }, contents.items);
  const saving = {
    ...{ method: 'POST', path: '/api/v1/datasets', body: { name, items } },
    meanwhile: 'holding the files against the rules of the dataset',
  };
  const { digest } = z.object({ digest: Digest }).parse(await computed(asking, saving));
  result({ digest, name, items: items.length, sent, leftOut }, `${name} ${digest}, ${items.length} items`);
}

/** The server reads for some seconds at a time: a large dataset takes longer than a connection lasts. */
async function verified(request: Request, digest: Digest): Promise<Omit<z.infer<typeof State>, 'next'>> {
  const missing: string[] = [];
  const corrupted: string[] = [];
  for (let start = 0; ; ) {
    const state = State.parse(await request('GET', `/api/v1/datasets/${digest}/verify?start=${start}`));
    missing.push(...state.missing);
    corrupted.push(...state.corrupted);
    progressOf('read', state.items)(state.next ?? state.items);
    if (state.next === null) return { items: state.items, missing, corrupted };
    start = state.next;
  }
}

/** A label of that name would be taken for the files' names when the dataset is imported again. */
function requireLabels(labels: ImportOptions['label']): ImportOptions['label'] {
  if (!('file_name' in labels))
    return Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== ''));
  throw new UserError({
    kind: 'invalid',
    code: 'misuse',
    message: 'a label cannot be called file_name',
    action: `That is the column of ${labelsFileName} with the names of the files; choose another name.`,
  });
}

const shownRemarks = 20;

/** What people have to know of what was taken and what was not. */
function remarks({ leftOut, alike }: FolderContents): string[] {
  const shown = leftOut.slice(0, shownRemarks).map(({ key, why }) => `${key} (${why})`);
  const rest = leftOut.length - shown.length;
  return [
    ...(shown.length > 0 ? [`left out: ${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`] : []),
    ...alike
      .slice(0, shownRemarks)
      .map(
        (keys) =>
          `${keys.join(' and ')} are one file on systems that do not tell small letters from capital ones`,
      ),
  ];
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
