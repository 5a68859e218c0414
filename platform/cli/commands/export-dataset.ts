import { access, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DatasetItem, type DatasetManifest, labelsFileName, labelsText } from '@visavox/core/dataset';
import type { Digest } from '@visavox/core/digest';
import { messageOf, UserError } from '@visavox/core/errors';
import { requireDigest } from '@visavox/core/object-store';
import { digestOfFile, pathInFolder, writeWholeFile } from '@visavox/pipelines/files';
import type { CommandContext } from '../plugin.ts';
import { alike, folderFault } from './dataset-folder.ts';

export interface ExportOptions {
  readonly stream: CommandContext['stream'];
  readonly progress: (done: number) => void;
  /** Told of an item whose bytes are not kept any more. */
  readonly log: (text: string) => void;
}

/**
 * Writes the items of a dataset version into a folder, with their labels; what is there already and equal is kept.
 * Returns the keys of items whose bytes are not kept any more.
 */
export async function exportDataset(
  { digest, manifest }: { readonly digest: Digest; readonly manifest: DatasetManifest },
  folder: string,
  { stream, progress, log }: ExportOptions,
): Promise<readonly string[]> {
  const places = manifest.items.map((item) => ({ item, path: pathInFolder(folder, item.key) }));
  const labels = labelsText(manifest.items);
  if (labels !== undefined && manifest.items.some(({ key }) => key === labelsFileName))
    throw folderFault(
      `the item ${labelsFileName} is called like the file of the labels`,
      'Read the items through the API instead.',
    );
  await requireFolder(folder, manifest);
  const missing: string[] = [];
  for (const [index, { item, path }] of places.entries()) {
    if (!(await isThere(path, item)))
      try {
        const url = `/api/v1/datasets/${digest}/items/${encodeURIComponent(item.key)}`;
        await writeWholeFile(path, requireDigest(item.digest, stream(url)));
      } catch (error) {
        if (!(error instanceof UserError && error.code === 'item_erased')) throw named(error, item.key, path);
        missing.push(item.key);
        log(error.message);
      }
    progress(index + 1);
  }
  const written = labelsText(manifest.items.filter(({ key }) => !missing.includes(key)));
  if (written !== undefined) await writeWholeFile(join(folder, labelsFileName), written);
  return missing;
}

async function isThere(path: string, { digest, bytes }: DatasetItem): Promise<boolean> {
  const there = await stat(path).catch(() => null);
  return there?.isFile() === true && there.size === bytes && (await digestOfFile(path)).digest === digest;
}

/** Made and tried before anything is asked for. */
async function requireFolder(folder: string, { items }: DatasetManifest): Promise<void> {
  const probe = join(folder, `.Visavox-${process.pid}`);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(probe, '');
    const [pair] = alike(items.map(({ key }) => key));
    const folds =
      pair &&
      (await access(probe.replace('.Visavox-', '.visavox-')).then(
        () => true,
        () => false,
      ));
    if (folds)
      throw folderFault(
        `this disk takes ${pair.join(' and ')} for one file`,
        'Export to a disk that tells small letters from capital ones.',
      );
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw unwritable(folder, cause);
  } finally {
    await rm(probe, { force: true }).catch(() => {}); // it was not made where the folder cannot be written
  }
}

function named(error: unknown, key: string, path: string): unknown {
  if (error instanceof UserError && error.code === 'digest_mismatch')
    return damaged(`${key} arrived damaged`, 'Export again: what has arrived is kept.', error);
  if (error instanceof UserError && error.code === 'answer_cut_off')
    return damaged(
      `${key} did not arrive as a whole`,
      'Export again: what has arrived is kept. If it stays, "visavox data verify" says what is damaged.',
      error,
    );
  return error instanceof UserError ? error : unwritable(path, error);
}

function damaged(message: string, action: string, cause: unknown): UserError {
  return new UserError({ kind: 'unavailable', code: 'item_damaged', message, action, cause });
}

function unwritable(path: string, cause: unknown): UserError {
  return folderFault(
    `${path} cannot be written: ${messageOf(cause)}`,
    'Make room or correct the permissions, then export again: what has arrived is kept.',
    cause,
  );
}
