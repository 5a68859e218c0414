import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { DatasetItem } from '@visavox/core/dataset';
import type { Digest } from '@visavox/core/digest';
import { messageOf, UserError } from '@visavox/core/errors';
import { parse } from 'csv-parse/sync';
import mime from 'mime';

/** Labels of files, in a folder that becomes a dataset: a column `file_name`, and one for each label. */
export const LABELS_FILE = 'metadata.csv';

export interface FolderOptions {
  readonly labels: Readonly<Record<string, string>>;
  readonly source?: string | undefined;
  readonly consent?: string | undefined;
  /** Told how many files there are, and then how many have been read. */
  readonly progress: (of: number) => (done: number) => void;
}

/**
 * The files of a folder and those below it as items of a dataset, hidden ones left out. A file is labelled by the folder
 * that it lies in, by the folder's {@link LABELS_FILE} and by what all are labelled with. Equal folders give equal items.
 */
export async function itemsOfFolder(folder: string, options: FolderOptions): Promise<DatasetItem[]> {
  const files = await filesBelow(folder);
  const keys = files.map((file) => relative(folder, file).split(sep).join('/'));
  const named = await labelsIn(folder, new Set(keys));
  const items: DatasetItem[] = [];
  const progress = options.progress(files.length);
  for (const [index, file] of files.entries()) {
    const key = keys[index] as string;
    const inside = dirname(key);
    items.push({
      key,
      digest: await digestOfFile(file),
      bytes: (await stat(file)).size,
      mediaType: mime.getType(key) ?? 'application/octet-stream',
      labels: { ...(inside === '.' ? {} : { folder: inside }), ...named.get(key), ...options.labels },
      provenance: {
        source: options.source ?? `the folder ${basename(resolve(folder))}`,
        consent: options.consent ?? 'not stated',
      },
    });
    progress(index + 1);
  }
  return items;
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((cause: unknown) => {
    throw folderFault(`${folder} cannot be read: ${messageOf(cause)}`, 'Name a folder of files.', cause);
  });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => {
      const key = relative(folder, file);
      return key !== LABELS_FILE && !key.split(sep).some((part) => part.startsWith('.'));
    })
    .sort();
  if (files.length === 0) throw folderFault(`there are no files in ${folder}`, 'Name a folder of files.');
  return files;
}

async function labelsIn(
  folder: string,
  keys: ReadonlySet<string>,
): Promise<ReadonlyMap<string, Record<string, string>>> {
  const path = join(folder, LABELS_FILE);
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return new Map();
  let rows: Record<string, string>[];
  try {
    rows = parse(text, { columns: true, bom: true, trim: true, skip_empty_lines: true });
  } catch (cause) {
    throw folderFault(`${path} is no CSV: ${messageOf(cause)}`, 'Mend that line.', cause);
  }
  return new Map(
    rows.map(({ file_name, ...labels }, index) => {
      if (!file_name || !keys.has(file_name))
        throw folderFault(
          `${path}, row ${index + 1}: there is no file "${file_name ?? ''}"`,
          'Give a column file_name with paths from that folder on.',
        );
      return [file_name, Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== ''))];
    }),
  );
}

export async function digestOfFile(path: string): Promise<Digest> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return `sha256:${hash.digest('hex')}`;
}

/** Where an item lies in a folder; a key that leads out of it is refused. */
export function pathOfItem(folder: string, key: string): string {
  const path = resolve(folder, key);
  if (path.startsWith(resolve(folder) + sep)) return path;
  throw folderFault(
    `the key "${key}" leads out of ${folder}`,
    'Do not export this dataset: look who made it.',
  );
}

/** Whole or not at all. */
export async function writeItem(path: string, bytes: Uint8Array | string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const unfinished = `${path}.${process.pid}.part`;
  try {
    await writeFile(unfinished, bytes);
    await rename(unfinished, path);
  } finally {
    await rm(unfinished, { force: true });
  }
}

/** What {@link itemsOfFolder} reads back. */
export function labelsFile(items: readonly DatasetItem[]): string {
  const names = [...new Set(items.flatMap(({ labels }) => Object.keys(labels)))].sort();
  const cell = (text: string) => (/[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const rows = items.map(({ key, labels }) => [key, ...names.map((name) => labels[name] ?? '')]);
  return [['file_name', ...names], ...rows].map((row) => `${row.map(cell).join(',')}\n`).join('');
}

function folderFault(message: string, action: string, cause?: unknown): UserError {
  return new UserError({ kind: 'invalid', code: 'folder_unusable', message, action, cause });
}
