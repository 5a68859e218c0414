import { stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { messageOf } from '@visavox/core/errors';
import { digestOfFile } from '@visavox/pipelines/files';
import { walkFolder } from '@visavox/pipelines/folder-walk';
import { folderFault } from './dataset-folder.ts';
import type { SentFile } from './send-blob.ts';

export interface ModelFilesWish {
  /** A folder that MLflow saved, a folder of files, or one file. */
  readonly path: string;
  readonly card?: string | undefined;
  readonly example?: string | undefined;
}

/** The files of a model, with a card and an input example beside it. Throws a UserError `folder_unusable`. */
export async function filesOfModel({ path, card, example }: ModelFilesWish): Promise<SentFile[]> {
  const found = await stat(path).catch((cause: unknown) => {
    throw folderFault(
      `${path} cannot be read: ${messageOf(cause)}`,
      'Name a file or a folder with a model.',
      cause,
    );
  });
  const places = new Map<string, string>();
  if (found.isFile()) places.set(basename(path), path);
  else {
    const skip = (key: string) => /(^|\/)(\.[^/]*|__pycache__)$/.test(key);
    const special = (key: string) => {
      throw folderFault(`${key} is no file`, 'Take it out of the folder.');
    };
    for await (const file of walkFolder(path, { outside: 'files', skip, special }))
      places.set(file.key, file.path);
  }
  if (places.size === 0) throw folderFault(`there are no files in ${path}`, 'Name a folder with a model.');
  if (card !== undefined) {
    for (const name of ['README.md', 'model-card.json']) places.delete(name);
    places.set(extname(card) === '.json' ? 'model-card.json' : 'README.md', card);
  }
  if (example !== undefined) places.set('input_example.json', example);
  const files: SentFile[] = [];
  for (const [key, file] of places) files.push({ item: { key, ...(await digestIn(key, file)) }, path: file });
  return files;
}

async function digestIn(key: string, file: string) {
  try {
    return await digestOfFile(file);
  } catch (cause) {
    throw folderFault(
      `${key} cannot be read: ${messageOf(cause)}`,
      'Correct its permissions, or its path.',
      cause,
    );
  }
}
