import { basename, dirname, join } from 'node:path';
import { type DatasetItem, labelsFileName } from '@visavox/core/dataset';
import { messageOf, UserError } from '@visavox/core/errors';
import { digestOfFile, type FileDigest } from '@visavox/pipelines/files';
import { type FoundFile, walkFolder } from '@visavox/pipelines/folder-walk';
import mime from 'mime';
import { labelsIn } from './labels-file.ts';

export interface FolderOptions {
  readonly labels: Readonly<Record<string, string>>;
  readonly source?: string | undefined;
  readonly consent?: string | undefined;
  /** What else is known of where the files come from. */
  readonly provenance?: Readonly<Record<string, string>> | undefined;
  /** Told how many files there are, and then how many have been read. */
  readonly progress: (of: number) => (done: number) => void;
}

export interface FolderItem {
  readonly item: DatasetItem;
  /** Where the file is: a key may be written in another form than its name on the disk. */
  readonly path: string;
}

export interface FolderContents {
  readonly items: readonly FolderItem[];
  /** What was not taken, and why. */
  readonly leftOut: readonly { readonly key: string; readonly why: string }[];
  /** Keys that systems which do not tell small letters from capital ones take for one. */
  readonly alike: readonly (readonly string[])[];
}

/** What the API takes. */
const longestKey = 1000;

/**
 * The files of a folder and those below it as items of a dataset, hidden ones left out. A file is labelled by the folder
 * that it lies in, by the folder's {@link labelsFileName} and by what all are labelled with. Equal folders give equal
 * items, whatever they are called. Links are followed inside the folder. Throws a UserError `folder_unusable` that
 * names the file that cannot be used.
 */
export async function itemsOfFolder(folder: string, options: FolderOptions): Promise<FolderContents> {
  const leftOut: { key: string; why: string }[] = [];
  const files = await filesOf(folder, (key, why) => void leftOut.push({ key, why }));
  if (files.length === 0) throw folderFault(`there are no files in ${folder}`, 'Name a folder of files.');
  const named = await labelsIn(join(folder, labelsFileName), new Set(files.map(({ key }) => key)));
  const progress = options.progress(files.length);
  const items: FolderItem[] = [];
  for (const { key, path } of files) {
    const inside = dirname(key);
    const labels = { ...(inside === '.' ? {} : { folder: inside }), ...named.get(key), ...options.labels };
    const item: DatasetItem = {
      key,
      ...(await read(key, path)),
      mediaType: mime.getType(key) ?? 'application/octet-stream',
      labels,
      provenance: {
        ...{ source: options.source ?? 'not stated', consent: options.consent ?? 'not stated' },
        ...options.provenance,
      },
    };
    items.push({ item, path });
    progress(items.length);
  }
  return { items, leftOut, alike: alike(files.map(({ key }) => key)) };
}

async function filesOf(folder: string, leaveOut: (key: string, why: string) => void): Promise<FoundFile[]> {
  const files: FoundFile[] = [];
  const skip = (key: string) => {
    const hidden = basename(key).startsWith('.');
    if (hidden) leaveOut(key, 'hidden');
    return hidden;
  };
  const walk = walkFolder(folder, {
    ...{ outside: 'nothing', skip, special: leaveOut },
    emptyFolder: (key) => leaveOut(key, 'an empty folder'),
  });
  for await (const file of walk) {
    if (file.key === labelsFileName) continue;
    if (file.key.length > longestKey)
      throw folderFault(
        `the path ${file.key.slice(0, 100)}… has more than ${longestKey} characters`,
        'Shorten it.',
      );
    files.push(file);
  }
  return files;
}

async function read(key: string, path: string): Promise<FileDigest> {
  try {
    return await digestOfFile(path);
  } catch (cause) {
    const action =
      cause instanceof UserError
        ? cause.action
        : 'Correct its permissions, or look at the disk that it is on.';
    const message =
      cause instanceof UserError
        ? `${key} changed while it was read`
        : `${key} cannot be read: ${messageOf(cause)}`;
    throw folderFault(message, action, cause);
  }
}

/** Groups of keys that differ in case only. */
export function alike(keys: readonly string[]): string[][] {
  const groups = new Map<string, string[]>();
  for (const key of keys) {
    const folded = key.normalize('NFC').toLowerCase();
    groups.set(folded, [...(groups.get(folded) ?? []), key]);
  }
  return [...groups.values()].filter(({ length }) => length > 1);
}

export function folderFault(message: string, action: string, cause?: unknown): UserError {
  return new UserError({ kind: 'invalid', code: 'folder_unusable', message, action, cause });
}
